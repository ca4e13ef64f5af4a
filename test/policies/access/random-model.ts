import { type Choices } from '../../gateway/executor/choices.ts';

/** What the directives of one type or field say: all of it must hold. */
export interface Guard {
  readonly isAuthenticated: boolean;
  readonly scopes: readonly (readonly string[])[] | undefined;
  readonly policies: readonly (readonly string[])[] | undefined;
  readonly class: string | undefined;
  /** What is masked stays as it is. */
  readonly isKept: boolean;
}

export interface FieldModel {
  readonly type: string;
  /** Text of the arguments in the schema. */
  readonly args: string;
}

/** A schema before it is written down. A field of one name is the same wherever it stands, but for its guard. */
export interface Model {
  readonly fields: Readonly<Record<string, FieldModel>>;
  /** Names of fields, by object type. */
  readonly objects: Readonly<Record<string, readonly string[]>>;
  readonly interfaces: Readonly<Record<string, readonly string[]>>;
  /** Object types, by union or interface. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** By `Type` and `Type.field`. */
  readonly guards: Readonly<Record<string, Guard>>;
}

export const SCOPES = ['s', 't', 'u'];
export const RULE_NAMES = ['boss', 'payroll', 'even'];

const TYPES = {
  id: ['ID', 'ID!'],
  name: ['String', 'String!'],
  count: ['Int', 'Int!'],
  secret: ['Secret', 'Secret!'],
  look: ['String', '[String!]'],
  own: ['A', 'A!', 'B'],
  up: ['N', 'N!', 'M'],
  any: ['U', 'U!'],
  list: ['[B!]', '[B]!', '[U]', '[N!]!'],
  grid: ['[[A]]', '[[U!]!]'],
  find: ['[A]', 'B', '[A!]!'],
} as const;

const ARGS = {
  look: ['(n: Int)', '(n: Int = 1)', '(n: Int = 2, by: AOrderField)'],
  find: [
    '(filter: AFilter, by: AOrderField, n: Int)',
    '(filter: AFilter = { name: 1 }, by: AOrderField = COUNT, n: Int = 4)',
    '(filter: [AFilter!], by: [AOrderField!])',
  ],
} as const;

export const randomModel = (choices: Choices): Model => {
  const fields = Object.fromEntries(
    Object.entries(TYPES).map(([name, types]): [string, FieldModel] => [
      name,
      { type: choices.pick<string>(types), args: choices.pick<string>(ARGS[name as keyof typeof ARGS] ?? ['']) },
    ]),
  );
  const names = Object.keys(fields);
  const some = (percent: number) => names.filter(() => choices.chance(percent));
  const interfaces = { N: ['id', ...some(30)], M: ['name', ...some(30)] };
  const implementing = { N: ['A', ...pickSome(choices, ['B', 'C'])], M: ['B', ...pickSome(choices, ['A', 'C'])] };
  const objects = Object.fromEntries(
    ['A', 'B', 'C'].map((type) => [
      type,
      distinct([
        'name',
        'count',
        ...some(60),
        ...(implementing.N.includes(type) ? interfaces.N : []),
        ...(implementing.M.includes(type) ? interfaces.M : []),
      ]),
    ]),
  );
  const all: Record<string, readonly string[]> = { ...objects, Query: names };
  const guards: Record<string, Guard> = { Secret: randomGuard(choices, 40), AOrderField: randomGuard(choices, 15) };
  for (const [type, own] of Object.entries(all)) {
    if (type !== 'Query') guards[type] = withoutArguments(randomGuard(choices, 25));
    for (const field of own) guards[`${type}.${field}`] = randomGuard(choices, 35);
  }
  guards['AOrderField'] = withoutArguments(guards['AOrderField'] ?? NONE);
  guards['Secret'] = withoutArguments(guards['Secret'] ?? NONE);
  return {
    fields,
    objects: all,
    interfaces,
    members: { ...implementing, U: ['A', ...pickSome(choices, ['B', 'C'])] },
    guards,
  };
};

const NONE: Guard = {
  isAuthenticated: false,
  scopes: undefined,
  policies: undefined,
  class: undefined,
  isKept: false,
};

const pickSome = (choices: Choices, from: readonly string[]) => from.filter(() => choices.chance(60));

const distinct = (names: readonly string[]) => [...new Set(names)];

const randomGuard = (choices: Choices, percent: number): Guard => ({
  isAuthenticated: choices.chance(percent / 4),
  scopes: choices.chance(percent) ? alternatives(choices, SCOPES) : undefined,
  policies: choices.chance(percent / 2) ? alternatives(choices, RULE_NAMES) : undefined,
  class: choices.pick(['PUBLIC', 'HR', 'PII', 'HR_RESTRICTED', 'COMMERCIAL']),
  isKept: choices.chance(20),
});

const alternatives = (choices: Choices, names: readonly string[]): string[][] =>
  Array.from({ length: 1 + choices.upTo(1) }, () =>
    distinct(Array.from({ length: 1 + choices.upTo(1) }, () => choices.pick(names))),
  );

/** On a type, a rule has no arguments to look at. */
const withoutArguments = (guard: Guard): Guard => ({
  ...guard,
  policies: guard.policies?.map((names) => names.map((name) => (name === 'even' ? 'boss' : name))),
});

/** Fields of A that `AFilter` and `AOrderField` name. */
export const filtered = ({ objects }: Model): readonly string[] =>
  (objects['A'] ?? []).filter((field) => ['id', 'name', 'count', 'secret'].includes(field));

export const sdlOf = (model: Model): string => {
  const { fields, objects, interfaces, members, guards } = model;
  const line = (type: string, name: string) =>
    `${name}${fields[name]?.args ?? ''}: ${fields[name]?.type ?? ''} ${directives(guards[`${type}.${name}`], true)}`;
  const object = ([type, own]: readonly [string, readonly string[]]) => {
    const implemented = Object.keys(interfaces).filter((one) => members[one]?.includes(type));
    const head = implemented.length === 0 ? '' : ` implements ${implemented.join(' & ')}`;
    return `type ${type}${head} ${directives(guards[type], false)} { ${own.map((name) => line(type, name)).join('\n')} }`;
  };
  const plain = (name: string) => `${name}${fields[name]?.args ?? ''}: ${fields[name]?.type ?? ''}`;
  return [
    HEADER,
    ...Object.entries(objects).map(object),
    ...Object.entries(interfaces).map(([type, own]) => `interface ${type} { ${distinct(own).map(plain).join('\n')} }`),
    `union U = ${(members['U'] ?? []).join(' | ')}`,
    `scalar Secret ${directives(guards['Secret'], false)}`,
    `enum AOrderField ${directives(guards['AOrderField'], false)} { ${filtered(model)
      .map((name) => name.toUpperCase())
      .join(' ')} }`,
    `input AFilter { ${filtered(model)
      .map((name) => `${name}: Int${name === 'count' ? ' = 7' : ''}`)
      .join('\n')} and: [AFilter!] by: AOrderField }`,
  ].join('\n');
};

const directives = (guard: Guard | undefined, isField: boolean): string => {
  if (guard === undefined) return '';
  const list = (value: unknown) => JSON.stringify(value);
  return [
    guard.isAuthenticated ? '@authenticated' : '',
    guard.scopes === undefined ? '' : `@requiresScopes(scopes: ${list(guard.scopes)})`,
    guard.policies === undefined ? '' : `@policy(policies: ${list(guard.policies)})`,
    isField && guard.class !== undefined ? `@classification(class: ${guard.class})` : '',
    isField && guard.isKept ? '@mask(as: KEEP)' : '',
  ].join(' ');
};

const HEADER = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@authenticated", "@requiresScopes", "@policy"])
    @link(url: "https://specs.caregraph.example/governance/v1.0", import: ["@classification", "@mask"])
    @composeDirective(name: "@classification")
    @composeDirective(name: "@mask")
  directive @classification(class: governance__Class!) repeatable on OBJECT | INTERFACE | FIELD_DEFINITION
  directive @mask(as: governance__Mask!) repeatable on FIELD_DEFINITION
  enum governance__Class { PUBLIC HR PII HR_RESTRICTED COMMERCIAL }
  enum governance__Mask { KEEP }
`;
