import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { ROOT } from '../../platform/root.ts';
import { AUDIENCES } from '../../policies/audiences.ts';
import { CLASSES, type DataClass } from '../../policies/classes.ts';
import { everySights, maskable, readFieldMasks, sightsOf } from '../../policies/field-masks.ts';
import { MASK_MEANINGS, MASKS, type ValueKind } from '../../policies/masks.ts';
import { PURPOSES } from '../../policies/purposes.ts';
import { code, GENERATED, tableHead, tableRow } from './markdown.ts';

/** `docs/masks.md`, from the tables the code masks by and the committed supergraph. */
export const renderMasks = (): string =>
  [INTRODUCTION, ...meanings(), SIGHTS, ...sights(), CHOICES, ...choices(), FIELDS, ...fields(), ''].join('\n');

const NAMES = Object.keys(CLASSES) as DataClass[];

/** Classes that somebody does not see in clear. */
const HIDDEN = NAMES.filter((name) => everySights().some((seen) => seen[name] !== 'clear'));

const meanings = (): readonly string[] => [
  tableHead(['Mask', 'What is seen']),
  ...Object.entries(MASK_MEANINGS).map(([name, meaning]) => tableRow([code(name), meaning])),
];

const sights = (): readonly string[] => [
  tableHead(['Audience', 'Purpose', ...HIDDEN.map(code)]),
  ...Object.keys(AUDIENCES).flatMap((audience) =>
    Object.keys(PURPOSES).map((purpose) => {
      const seen = sightsOf(audience, purpose);
      return tableRow([audience, purpose, ...HIDDEN.map((name) => SEEN[seen[name]])]);
    }),
  ),
];

const SEEN = { clear: 'clear', masked: '*masked*', removed: '**removed**' };

const KINDS: Readonly<Record<ValueKind, string>> = {
  id: 'Ids',
  text: 'Texts',
  date: 'Days and instants',
  amount: 'Numbers and amounts',
  choice: 'Enums and booleans',
  compound: 'Other values',
};

const choices = (): readonly string[] => [
  tableHead(['Class', ...Object.values(KINDS)]),
  ...HIDDEN.map((name) =>
    tableRow([
      code(name),
      ...(Object.keys(KINDS) as ValueKind[]).map((kind) => {
        const [first, ...others] = MASKS[name][kind];
        return [`**${first}**`, ...others].join(', ');
      }),
    ]),
  ),
];

const fields = (): readonly string[] => {
  const supergraph = readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8');
  const masks = [...maskable(readFieldMasks(parse(supergraph, { noLocation: true }))).values()];
  return [
    tableHead(['Field', 'Class', 'Masked', 'By']),
    ...masks
      .filter(({ kind }) => kind !== 'object' && kind !== 'cursor' && kind !== 'page')
      .toSorted((a, b) => (a.coordinate < b.coordinate ? -1 : 1))
      .map(({ coordinate, class: own, masked, isJoining }) =>
        tableRow([code(coordinate), own ?? '', masked, isJoining ? 'gateway' : 'subgraph']),
      ),
  ];
};

const INTRODUCTION = `${GENERATED}

# Masks

Who may see a field does not see its values as they are for every purpose. What is seen instead is decided by the class of
the field ([governance](governance.md)), the audience of the client, and the purpose of the request. How that works:
[masks](authorization/masks.md).
`;

const SIGHTS = `
## How classes are seen

The stricter of what audience and purpose say (\`policies/audiences.ts\`, \`policies/purposes.ts\`); breaking the glass lifts what
the audience says. Classes that are not here everybody sees in clear who may see the field. A client has the purposes it is
registered for, so that not every row is somebody's.
`;

const CHOICES = `
## What masked means

By class and kind of value (\`policies/masks.ts\`). The first is what a field has that says nothing; with \`@mask(as: …)\` it has
one of the others, and \`npm run compose\` refuses any that is not here. Days of persons become years, and no year that tells an
age of ninety or more, as in HIPAA's safe harbour (45 CFR 164.514(b)(2)). Objects are not masked: their fields are.
`;

const FIELDS = `
## Fields

Every field that somebody does not see as it is, with what is seen where its class is masked, and who puts the mask on.
`;
