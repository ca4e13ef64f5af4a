// Completes package-lock.json with the optional packages a registry did not serve.
//
//   node scripts/complete-lock.mjs [LOCK]     (package-lock.json beside package.json when left out)
//
// Tools with native parts (swc, biome, oxlint, the resolver of jest) name one optional package per platform. When a
// registry carries only the platforms its users have, `npm install` drops the others from the lock without a word,
// and `npm ci` then refuses that lock everywhere: "Missing: @swc/core-darwin-arm64@1.16.22 from lock file". Their
// parents pin these packages exactly and their names tell the platform, so an entry can be written without fetching
// anything. It has no integrity: npm records that when the lock is next updated from a registry that has the package.
//
// Run it after every `npm install` that changes the lock. Needs nothing installed, and changes nothing twice.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OPERATING_SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const main = (file) => {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = findMissing(lock.packages);
  for (const { parent, name, version } of missing) {
    lock.packages[`node_modules/${name}`] = entryFor(name, version, lock.packages[parent]);
  }
  if (missing.length > 0)
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted(lock.packages) }, null, 2)}\n`);
  console.log(`${missing.length} missing platform package(s) added`);
};

/** Optional dependencies that resolve to nothing in the lock. */
const findMissing = (packages) =>
  Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !resolves(packages, parent, name))
      .map(([name, version]) => ({ parent, name, version })),
  );

/** Node's own way: the folder of the parent, then each folder around it, up to the project's. */
const resolves = (packages, from, name) => {
  for (let at = from; ; at = enclosing(at)) {
    if (`${at}/node_modules/${name}`.replace(/^\//, '') in packages) return true;
    if (at === '') return false;
  }
};

const enclosing = (path) => path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));

const entryFor = (name, version, parent) => {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    throw new Error(`${name}@${version} is not pinned exactly; cannot guess`);
  const words = name.split('/').at(-1).split('-');
  const os = OPERATING_SYSTEMS.find((word) => words.includes(word));
  const cpu = PROCESSORS.find((word) => words.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`the name ${name} does not tell a platform; cannot guess`);
  const libc = os === 'linux' ? libcOf(words) : undefined;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [os],
  };
};

/** `gnu`, `gnueabihf`, `musl`, `musleabihf`; a name without one runs on both. */
const libcOf = (words) => {
  if (words.some((word) => word.startsWith('musl'))) return 'musl';
  return words.some((word) => word.startsWith('gnu')) ? 'glibc' : undefined;
};

/** The order npm writes, so that its next update of the lock is a small diff. */
const sorted = (packages) =>
  Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));

main(process.argv[2] ?? fileURLToPath(new URL('../package-lock.json', import.meta.url)));
