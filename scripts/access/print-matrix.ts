import { accessMatrix } from '../../policies/access/access-matrix.ts';
import { readArguments } from './arguments.ts';
import type { Judging } from './judging.ts';
import { seenAs, takes } from './words.ts';

const text = { type: 'string' } as const;

/** The access matrix, a line for each field, audience and purpose. */
export const printMatrix = ({ rulebook, print }: Judging, argv: readonly string[]): number => {
  const { type, class: ofClass } = readArguments(argv, { type: text, class: text }).values;
  const rows = accessMatrix(rulebook.graph(), rulebook.clients()).filter(
    (row) => (type === undefined || row.type === type) && (ofClass === undefined || row.class === ofClass),
  );
  print(['field', 'class', 'takes', 'audience', 'purpose', 'seen', 'rows'].join('\t'));
  for (const row of rows)
    for (const { audience, byPurpose } of row.audiences)
      for (const [purpose, access] of byPurpose)
        print(
          [row.coordinate, row.class ?? '', takes(row), audience, purpose, seenAs(access), access.rows.join(' ')].join(
            '\t',
          ),
        );
  return 0;
};
