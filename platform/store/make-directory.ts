import { openPglite } from './pglite.ts';

/** `make-directory.ts DIR`: an empty database, made by a process of its own. */
const [, , dir] = process.argv;
if (dir === undefined) throw new Error('which directory?');
await (await openPglite(dir)).close();
