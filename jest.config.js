const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.caregraph/'],
};

/** @type {import('jest').Config} */
export default {
  ...shared,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 30_000,
  // Jest leaves one processor free for itself, and does next to nothing: of two, one would idle.
  maxWorkers: '100%',
  // What a test file has loaded is not given back in full; a worker that has grown to this is replaced by a new one.
  workerIdleMemoryLimit: '1500MB',
};
