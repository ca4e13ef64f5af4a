import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { envelopeKey, envelopeSigner, openEnvelope } from '../../platform/envelope.ts';
import { codeOf } from '../../platform/errors.ts';
import { createIdentity } from '../../platform/identity.ts';
import { Secret } from '../../platform/secret.ts';
import { SECOND } from '../../platform/time.ts';

const NOW = 1_900_000_000_000;
const BODY = '{"query":"{ orders { id } }"}';
const secret = new Secret('an-invented-key-for-tests');
const key = envelopeKey(secret, 'finance');

const sent = Object.freeze({
  identity: createIdentity({
    audience: 'internal',
    purpose: 'operations',
    subject: 'user-17',
    client: 'stock-app',
    scopes: ['finance:read', 'inventory:read'],
    facilities: ['north-hospital', 'harbor-clinic'],
  }),
  requestId: 'r-1',
  deadline: NOW + 20 * SECOND,
});

const signed = envelopeSigner('finance', key)(sent, BODY, NOW);
const [header = '', payload = '', mac = ''] = signed.split('.');

const open = (jws: unknown, now = NOW) => openEnvelope(jws, 'finance', key, BODY, now);

/** What opening it throws; the test fails when it opens. */
const refusal = (attempt: () => unknown): { code: string; message: string } => {
  try {
    attempt();
  } catch (error) {
    return { code: codeOf(error), message: (error as Error).message };
  }
  throw new Error('the envelope was accepted');
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const resign = (head: string, claims: unknown, by: Buffer = key): string => {
  const input = `${head}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', by).update(input).digest('base64url')}`;
};

const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;

describe('an envelope', () => {
  it('brings over who asks, for which request, and until when', () => {
    const { identity, requestId, deadline } = open(signed);
    expect({ requestId, deadline }).toEqual({ requestId: 'r-1', deadline: NOW + 20 * SECOND });
    expect({ ...identity, scopes: [...identity.scopes] }).toEqual({
      subject: 'user-17',
      client: 'stock-app',
      audience: 'internal',
      purpose: 'operations',
      scopes: ['finance:read', 'inventory:read'],
      facilities: ['harbor-clinic', 'north-hospital'],
    });
  });

  it('takes the body as text or as bytes', () => {
    expect(openEnvelope(signed, 'finance', key, Buffer.from(BODY), NOW).requestId).toBe('r-1');
  });

  it('fits in a header', () => {
    expect(signed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('brings an identity that nobody can widen', () => {
    const { identity } = open(signed);
    expect(() => (identity.scopes as Set<string>).add('finance:write')).toThrow(TypeError);
    expect(() => (identity.facilities as string[]).push('lakeside')).toThrow(TypeError);
    expect(() => Object.assign(identity, { subject: 'someone' })).toThrow(TypeError);
    expect([...identity.scopes]).toEqual(['finance:read', 'inventory:read']);
  });

  it('is a new one for each subgraph, though one secret makes all keys', () => {
    expect(envelopeKey(secret, 'finance')).toEqual(key);
    expect(envelopeKey(secret, 'inventory')).not.toEqual(key);
    expect(envelopeKey(new Secret('another'), 'finance')).not.toEqual(key);
  });
});

describe('openEnvelope refuses', () => {
  const foreign = envelopeKey(secret, 'inventory');

  it.each<[string, () => unknown]>([
    ['one for another subgraph', () => open(envelopeSigner('inventory', key)(sent, BODY, NOW))],
    ['one signed with another subgraph’s key', () => open(envelopeSigner('finance', foreign)(sent, BODY, NOW))],
    ['one at a subgraph it was not made for', () => openEnvelope(signed, 'inventory', foreign, BODY, NOW)],
    ['an altered body', () => openEnvelope(signed, 'finance', key, BODY.replace('orders', 'people'), NOW)],
    ['an empty body', () => openEnvelope(signed, 'finance', key, '', NOW)],
    ['one that is expired', () => open(signed, NOW + 31 * SECOND)],
    ['one from far in the future', () => open(signed, NOW - 61 * SECOND)],
    ['altered claims', () => open(`${header}.${encode({ ...claims, fac: ['everywhere'] })}.${mac}`)],
    ['a cut signature', () => open(signed.slice(0, -1))],
    ['no signature', () => open(`${header}.${payload}.`)],
    ['the header of no algorithm', () => open(`${encode({ alg: 'none', typ: 'envelope+jws' })}.${payload}.`)],
    ['no algorithm, well signed', () => open(resign(encode({ alg: 'none', typ: 'envelope+jws' }), claims))],
    ['another algorithm, well signed', () => open(resign(encode({ alg: 'HS512', typ: 'envelope+jws' }), claims))],
    ['an access token’s type, well signed', () => open(resign(encode({ alg: 'HS256', typ: 'at+jwt' }), claims))],
    [
      'a header of the same meaning in other bytes',
      () => open(resign(encode({ typ: 'envelope+jws', alg: 'HS256' }), claims)),
    ],
    ['a segment too many', () => open(`${signed}.x`)],
    ['an empty segment too many', () => open(`${signed}.`)],
    ['a segment too few', () => open(`${header}.${payload}`)],
    ['garbage', () => open('garbage')],
    ['dots', () => open('...')],
    ['nothing', () => open('')],
    ['a missing header', () => open(undefined)],
    ['a header sent twice', () => open([signed, signed])],
  ])('%s, and says no more than that', (_, attempt) => {
    expect(refusal(attempt)).toEqual({
      code: 'UNAUTHENTICATED',
      message: 'This service answers its gateway only.',
    });
  });

  it('nothing up to the last second of its life', () => {
    expect(open(signed, NOW + 29 * SECOND).requestId).toBe('r-1');
  });
});
