import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { generated } from '../../../gateway/executor/generated.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

const MB = 1_000_000;

describe('generated functions', () => {
  it('take what they are given, by name', () => {
    expect(generated(['a', 'b'], 'return a - b;')(5, 3)).toBe(2);
  });

  it('cannot see what surrounds them, and are strict where they say so', () => {
    expect(() => generated([], 'return generated;')()).toThrow('generated is not defined');
    expect(() => generated([], "'use strict'; undeclared = 1;")()).toThrow('undeclared is not defined');
  });

  it('are let go with all their text when nobody has them any more', () => {
    const inUse = (): number => {
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const makeMany = (from: number): void => {
      for (let number = from; number < from + 100; number++) {
        const text = `${number} `.repeat(20_000);
        generated(['x'], `const inner = () => ${JSON.stringify(text)} + x; return inner();`)(number);
      }
    };
    makeMany(1000);
    const before = inUse();
    makeMany(2000);
    // Texts of 10 MB in all.
    expect(inUse() - before).toBeLessThan(2 * MB);
  });
});
