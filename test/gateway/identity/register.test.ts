import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../../gateway/identity/authenticator.ts';
import { openIssuers } from '../../../gateway/identity/issuers.ts';
import { silentLog } from '../../../platform/log.ts';
import { type Clients, toClients } from '../../../policies/clients.ts';
import { type FakeIssuer, startIssuer } from '../../fakes/issuer.ts';
import { stock } from '../hospital.ts';
import { codes, startGraph } from '../start-graph.ts';
import { PATIENT, RULES } from './issuers-under-clock.ts';

let issuer: FakeIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer.stop();
});

const registerOf = (changes: object = {}): Clients => {
  const ward = { id: 'ward-app', name: 'Ward', owner: 'us', audience: 'internal', purposes: ['operations'] };
  return toClients({ clients: [{ ...ward, scopes: '*', facilities: '*', ...changes }] });
};

describe('another register of clients', () => {
  it('holds for a token that was checked under the one before, without another check of its keys', async () => {
    let register = registerOf();
    const issuers = openIssuers([{ issuer: issuer.issuer, keys: issuer.keySet() }], RULES, silentLog());
    const { identify } = createAuthenticator(issuers, () => register);
    const token = await issuer.mint({ scopes: ['audit', 'stock:read'] });
    expect([...(await identify(token)).as(undefined).scopes]).toEqual(['audit', 'stock:read']);
    register = registerOf({ scopes: [] });
    expect([...(await identify(token)).as(undefined).scopes]).toEqual([]);
    expect(identify(token)).not.toBeInstanceOf(Promise);
    register = registerOf({ active: false });
    await expect(identify(token)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    register = registerOf({ id: 'other-app' });
    await expect(identify(token)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    register = registerOf();
    await expect(identify(token)).resolves.toMatchObject({ client: { id: 'ward-app' } });
  });

  it('holds from the next request on, and those that run end as they began', async () => {
    await using graph = await startGraph({ local: { stock }, server: PATIENT, options: { clients: registerOf() } });
    const ask = async () => graph.ask('{ supplier { name } }');
    expect((await ask()).status).toBe(200);
    const running = Array.from({ length: 50 }, ask);
    graph.gateway.register(registerOf({ active: false }));
    const refused = await ask();
    expect([refused.status, codes(refused)]).toEqual([403, ['FORBIDDEN']]);
    // Each was judged by the one register or the other, and got its answer.
    for (const { status } of await Promise.all(running)) expect([200, 403]).toContain(status);
    graph.gateway.register(registerOf());
    expect((await ask()).status).toBe(200);
  });
});
