import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLSchema, introspectionFromSchema, printSchema, validateSchema } from 'graphql';
import { type Keeps, narrowSchema } from '../../policies/narrow-schema.ts';

const SDL = /* GraphQL */ `
  directive @traced(as: Shade) on QUERY
  type Query {
    thing(id: ID!): Thing
    found: [Found!]
    tray(in: Shade! = RED, by: Choice, after: String): Tray
    cabinet(choice: Choice!): Cabinet
  }
  type Mutation {
    fill(input: Choice!): Tray
  }
  interface Thing {
    id: ID!
    label(in: Shade): String
  }
  type Tray implements Thing {
    id: ID!
    label(in: Shade): String
    weight: Int
  }
  type Cabinet implements Thing {
    id: ID!
    label(in: Shade): String
    trays: [Tray!]
  }
  union Found = Tray | Cabinet
  enum Shade {
    RED
    BLUE
  }
  input Choice {
    weight: Int!
    shade: Shade = BLUE
    inner: Choice
  }
`;

const everything: Keeps = { field: () => true, argument: () => true, input: () => true, value: () => true };

/** Without these coordinates. */
const without = (...gone: readonly string[]): GraphQLSchema | undefined => {
  const stays = (...parts: readonly string[]) => !gone.includes(parts.join('.'));
  return narrowSchema(buildSchema(SDL), {
    field: stays,
    argument: (type, field, { name }) => stays(`${type}.${field}(${name}:)`),
    input: (type, { name }) => stays(type, name),
    value: stays,
  });
};

const text = (schema: GraphQLSchema | undefined): string => {
  if (schema === undefined) return '';
  expect(validateSchema(schema)).toEqual([]);
  // Shows every default and every reference, and fails for one that leads nowhere.
  introspectionFromSchema(schema);
  return printSchema(schema);
};

describe('a narrowed schema', () => {
  it('is the same where everything stays', () => {
    const schema = buildSchema(SDL);
    expect(narrowSchema(schema, everything)).toBe(schema);
  });

  it('loses a type with its last field, and the fields that return it', () => {
    const left = text(without('Tray.id', 'Tray.label', 'Tray.weight'));
    expect(left).not.toMatch(/Tray|tray|Mutation|fill/);
    expect(left).toMatch(/union Found = Cabinet/);
  });

  it('keeps of an interface what all object types have that are left', () => {
    const left = text(without('Cabinet.label'));
    expect(left).toMatch(/interface Thing \{\s+id: ID!\s+\}/);
    expect(left).toMatch(/type Tray implements Thing \{\s+id: ID!\s+label/);
  });

  it('keeps of the arguments of an interface what all object types take', () => {
    const left = text(without('Cabinet.label(in:)'));
    expect(left).toMatch(/interface Thing \{\s+id: ID!\s+label: String\s+\}/);
    expect(left).toMatch(/type Tray implements Thing \{\s+id: ID!\s+label\(in: Shade\): String/);
  });

  it('keeps of an interface all that is left of it where a type that lacks something goes', () => {
    const left = text(without('Tray.id', 'Tray.label', 'Tray.weight', 'Cabinet.trays'));
    expect(left).toMatch(/interface Thing \{\s+id: ID!\s+label\(in: Shade\): String\s+\}/);
  });

  it('loses an interface that no object type is left of', () => {
    const trays = ['id', 'label', 'weight'].map((field) => `Tray.${field}`);
    const cabinets = ['id', 'label', 'trays'].map((field) => `Cabinet.${field}`);
    expect(without(...trays, ...cabinets)).toBeUndefined();
  });

  it('loses an input type with a field that it cannot be given without, and what cannot be asked without that', () => {
    const left = text(without('Choice.weight'));
    expect(left).not.toMatch(/Choice|cabinet\(|fill|Mutation/);
    expect(left).toMatch(/tray\(in: Shade! = RED, after: String\)/);
  });

  it('loses an enum with its last value', () => {
    const left = text(without('Shade.RED', 'Shade.BLUE'));
    expect(left).not.toMatch(/Shade|RED|BLUE/);
    expect(left).toMatch(/directive @traced on QUERY/);
    expect(left).toMatch(/label: String/);
  });

  it('loses a part whose default names what has gone', () => {
    const left = text(without('Shade.BLUE'));
    expect(left).not.toContain('BLUE');
    expect(left).toMatch(/input Choice \{\s+weight: Int!\s+inner: Choice\s+\}/);
  });

  it('loses what nothing leads to any more', () => {
    const left = text(without('Query.thing', 'Query.found', 'Query.cabinet', 'Mutation.fill'));
    expect(left).not.toMatch(/Found|Mutation/);
    expect(left).toMatch(/type Tray implements Thing/);
  });

  it('is not there where nothing is left to ask for', () => {
    expect(without('Query.thing', 'Query.found', 'Query.tray', 'Query.cabinet')).toBeUndefined();
  });
});
