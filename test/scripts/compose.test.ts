import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../platform/root.ts';

const run = promisify(execFile);
const PARTS = ['gateway', 'platform', 'policies', 'scripts', 'subgraphs', 'package.json', 'tsconfig.json'];
const SCHEMA = join('subgraphs', 'inventory', 'schema.graphql');
const SUPERGRAPH = join('gateway', 'supergraph', 'supergraph.graphql');

describe('npm run compose, with a new field', () => {
  let copy: string;
  let schema: string;
  let supergraph: string;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'caregraph-compose-'));
    for (const part of PARTS) await cp(join(ROOT, part), join(copy, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    schema = await readFile(join(copy, SCHEMA), 'utf8');
    supergraph = await readFile(join(copy, SUPERGRAPH), 'utf8');
  });
  afterAll(async () => {
    await rm(copy, { recursive: true, force: true });
  });

  /** What the command says and leaves behind, with something put to the end of a schema. */
  const compose = async (addition: string) => {
    await writeFile(join(copy, SCHEMA), `${schema}\n${addition}\n`);
    const done = await run('npm', ['run', '-s', 'compose'], { cwd: copy }).then(
      () => ({ failed: false, said: '' }),
      (error: { stderr: string }) => ({ failed: true, said: error.stderr }),
    );
    const written = await readFile(join(copy, SUPERGRAPH), 'utf8');
    await writeFile(join(copy, SUPERGRAPH), supergraph);
    return { ...done, isWritten: written !== supergraph };
  };

  const OWNER = '@systemOfRecord(system: ODOO)';

  it('fails, names each field that lacks something, and writes nothing', async () => {
    const SCOPE = '@requiresScopes(scopes: [["inventory:read"]])';
    const { failed, said, isWritten } = await compose(`
      extend type Query { tray: Tray shelf: Shelf }
      type Tray ${SCOPE} ${OWNER} { id: ID! }
      type Shelf ${OWNER} @classification(class: INTERNAL) { id: ID! }
      extend type Facility {
        keeper: String ${OWNER} @classification(class: PII)
        deputy: String ${OWNER} @classification(class: PII) ${SCOPE} @mask(as: KEEP)
      }`);
    expect({ failed, isWritten }).toEqual({ failed: true, isWritten: false });
    const problems = said.split('\n').flatMap((line) => /^ {2}- (.*)$/.exec(line)?.[1] ?? []);
    // Other rules have something to say of them too.
    expect(problems).toEqual(
      expect.arrayContaining([
        'Query.tray: has no class (@classification)',
        'Tray.id: has no class (@classification)',
        'Facility.keeper: is PII, and everybody may see it who has a token (@requiresScopes or @policy)',
        'Query.shelf: is not guarded (@requiresScopes, @policy or @authenticated)',
        'Shelf.id: is not guarded (@requiresScopes, @policy or @authenticated)',
        'Facility.deputy: KEEP is no mask for text of PII (REMOVED, HASH, INITIALS, LAST_FOUR)',
      ]),
    );
  });

  it('writes one that has all it needs', async () => {
    const keeper = `keeper: String ${OWNER} @classification(class: PII) @requiresScopes(scopes: [["inventory:read"]])`;
    expect(await compose(`extend type Facility { ${keeper} @mask(as: INITIALS) }`)).toEqual({
      failed: false,
      said: '',
      isWritten: true,
    });
  });
});
