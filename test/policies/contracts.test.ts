import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { parse, printSchema } from 'graphql';
import { AUDIENCES } from '../../policies/audiences.ts';
import { subgraphContract } from '../../policies/subgraph-contracts.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@tag"])
directive @joins on FIELD_DEFINITION
`;

const partOf = (sdl: string, contract = 'supplier'): string => {
  const document = parse(`${LINK}${sdl}`);
  const part = subgraphContract(buildSubgraphSchema([{ typeDefs: document }]), document, contract);
  return part === undefined ? '' : printSchema(part).replace(/^directive .*$/gm, '');
};

describe('what a subgraph answers by a contract', () => {
  it('is what it has tagged itself, extensions included', () => {
    const part = partOf(`
      type Query { a: A @tag(name: "supplier") }
      type A { x: Int @tag(name: "payer") y: Int }
      extend type A { z: Int @tag(name: "supplier") }
    `);
    expect(part).toMatch(/type A \{\s+z: Int\s+\}/);
  });

  it('is, besides, what the gateway joins records by: keys in keys, what others require, what is external', () => {
    const part = partOf(`
      type Query { other: Int }
      type A @key(fields: "id place { code }") {
        id: ID!
        place: Place
        asked: Int @joins
        given: Int @external
        sum: Int @requires(fields: "given") @tag(name: "supplier")
        own: Int
      }
      type Place { code: ID! name: String }
    `);
    for (const kept of ['id: ID!', 'place: Place', 'code: ID!', 'asked: Int', 'given: Int', 'sum: Int'])
      expect(part).toContain(kept);
    expect(part).not.toMatch(/\b(?:own|name|other|_service)\b/);
    expect(part).toContain('_entities(representations: [_Any!]!): [_Entity]!');
  });

  it('is nothing where it has nothing of it', () => {
    expect(partOf('type Query { a: Int @tag(name: "supplier") @tag(name: "withheld") b: Int }')).toBe('');
  });
});

describe('audiences', () => {
  it('get nothing into a contract that they would see nothing of', () => {
    for (const { contract, ceiling, sight } of Object.values(AUDIENCES))
      if (contract !== null) expect(ceiling.filter((one) => sight[one] === 'removed')).toEqual([]);
  });
});
