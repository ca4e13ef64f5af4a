import { join } from 'node:path';
import type { Contestant } from './contestants.ts';
import type { Field } from './field.ts';
import { type Entry, enter } from './gateway.ts';
import type { FromProbe, Memory, Strain, ToProbe } from './probe-protocol.ts';
import { message } from './processes.ts';

/** A gateway with a probe inside: see probe.ts. */
export interface Probed {
  readonly name: string;
  readonly entry: Entry;
  readonly url: string;
  /** What `work` asks of the process. */
  strained(work: () => Promise<void>): Promise<Strain>;
  memory(): Promise<Memory>;
}

/** @throws when it does not start */
export const enterProbed = async (contestant: Contestant, field: Field): Promise<Probed> => {
  const entry = await enter(withProbe(contestant), field, { ipc: true });
  if (entry.running === undefined) throw new Error(`${contestant.name} ${entry.excluded}`);
  const { child, url } = entry.running;
  const ask = <T>(what: ToProbe, pick: (said: FromProbe) => T | undefined): Promise<T> => {
    const answer = message(child, pick);
    child.send(what);
    return answer;
  };
  return {
    name: contestant.name,
    entry,
    url,
    strained: async (work) => {
      await ask({ probe: 'begin' }, (said) => ('begun' in said ? said.begun : undefined));
      await work();
      return ask({ probe: 'end' }, (said) => ('strain' in said ? said.strain : undefined));
    },
    memory: () => ask({ probe: 'memory' }, (said) => ('memory' in said ? said.memory : undefined)),
  };
};

const withProbe = (contestant: Contestant): Contestant => ({
  ...contestant,
  command: (files) => ['--expose-gc', '--import', join(import.meta.dirname, 'probe.js'), ...contestant.command(files)],
});
