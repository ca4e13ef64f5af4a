import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { ROOT } from '../../platform/root.ts';
import { RULES } from '../../policies/rules/list.ts';
import { READING } from '../../policies/rules/reads-named-type.ts';
import { passes, reasonOf, type Rule } from '../../policies/rules/rule.ts';
import { fieldedTypes, usesOf } from '../../policies/supergraph-text.ts';
import { holding } from '../harness/identity.ts';

const supergraph = parse(readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'));

const judged = (rule: Rule, identity = holding([]), given: Readonly<Record<string, unknown>> = {}) =>
  passes(rule, { identity, given });

describe('forPayroll', () => {
  it.each([
    ['payroll', true],
    ['emergency', true],
    ['operations', false],
    ['support', false],
    ['', false],
  ])('lets a request for %s pass: %s', (purpose, isPassed) => {
    expect(judged(RULES.forPayroll, holding(['hr:compensation:read'], { purpose }))).toBe(isPassed);
  });
});

describe('withinGroup', () => {
  it.each([
    ['internal', true],
    ['operator', true],
    ['reporting', false],
    ['supplier', false],
    ['payer', false],
    ['nobody', false],
  ])('lets clients of the audience %s pass: %s', (audience, isPassed) => {
    expect(judged(RULES.withinGroup, holding(['governance:read'], { audience }))).toBe(isPassed);
  });
});

describe('readsNamedType', () => {
  it('asks for what the type asks for in the graph', () => {
    for (const [name, scope] of Object.entries(READING)) {
      const type = fieldedTypes(supergraph).find((one) => one.name.value === name);
      const asked = type && usesOf(type, 'requiresScopes').flatMap(({ scopes }) => scopes as string[][]);
      expect([name, asked]).toEqual([name, scope === null ? [] : [[scope]]]);
    }
  });

  it('knows every type of which the graph tells what systems call it', () => {
    const told = fieldedTypes(supergraph).filter(({ fields }) =>
      fields?.some(({ name }) => name.value === 'identifiers'),
    );
    expect(Object.keys(READING)).toEqual(expect.arrayContaining(told.map(({ name }) => name.value)));
  });

  it.each([
    [{ type: 'Patient' }, ['scheduling:read'], true],
    [{ type: 'Patient' }, ['governance:read', 'hr:read'], false],
    [{ type: 'Facility' }, [], true],
    [{ type: 'toString' }, ['scheduling:read'], false],
    [{ type: null }, ['scheduling:read'], false],
    [{}, ['scheduling:read'], false],
  ])('judges %j with %j: %s', (given, scopes, isPassed) => {
    expect(judged(RULES.readsNamedType, holding(scopes), given)).toBe(isPassed);
  });
});

describe('a rule', () => {
  it('that fails or cannot tell denies, and says no more than what it is for', () => {
    const input = { identity: holding([]), given: { secret: 'x' } };
    const means = 'Whatever.';
    const failing: Rule = {
      means,
      looksAt: 'caller',
      judge: ({ given }) => {
        throw new Error(String(given['secret']));
      },
    };
    const undecided: Rule = { means, looksAt: 'caller', judge: () => null };
    for (const rule of [failing, undecided]) {
      expect(passes(rule, input)).toBe(false);
      expect(reasonOf(rule, input)).toBe('It cannot be told whether: Whatever.');
    }
    expect(passes(undefined, input)).toBe(false);
  });
});
