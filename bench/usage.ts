import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** CPU time a process has used so far, all threads, in ms; 0 where there is no `/proc`. */
export const cpuOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold blanks; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK;
};

/** Resident memory in MB; 0 where there is no `/proc`. */
export const residentOf = (pid: number): number =>
  Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);

/** CPU time all processes of the machine have used so far, in ms, without what the kernel does in interrupts. */
const cpuOfMachine = (): number => {
  const [, user = 0, nice = 0, system = 0] = (read('/proc/stat').split('\n')[0] ?? '').split(/\s+/).map(Number);
  return (user + nice + system) * TICK;
};

/**
 * Looks at the machine from now on; the returned function says what share of it other processes than these, and this
 * one, have taken since.
 */
export const watchOthers = (pids: readonly number[]): (() => number) => {
  const spent = (): number => cpuOfMachine() - [process.pid, ...pids].reduce((sum, pid) => sum + cpuOf(pid), 0);
  const [before, since] = [spent(), performance.now()];
  return () => Math.max(0, (spent() - before) / ((performance.now() - since) * availableParallelism()));
};

/** Milliseconds per unit of `/proc`: USER_HZ is 100 on every Linux that Node runs on. */
const TICK = 10;

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
