import { connectFhir } from '../../platform/fhir/client.ts';
import type { FhirCallEvent, FhirClient, FhirSettings } from '../../platform/fhir/types.ts';
import { codeOf } from '../../platform/errors.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { type FakeFhir, type FakeFhirOptions, startFhir } from '../fakes/fhir.ts';

export const settingsFor = (url: string, over: Partial<FhirSettings> = {}): FhirSettings => ({
  url,
  auth: { kind: 'none' },
  reads: 8,
  writes: 4,
  responseLimit: 1_048_576,
  ...over,
});

export const spending = (ms = 5 * SECOND) => ({ deadline: deadlineIn(ms) });

export interface Linked extends AsyncDisposable {
  readonly server: FakeFhir;
  readonly client: FhirClient;
  /** Attempts, that to connect left out. */
  readonly events: FhirCallEvent[];
}

/** A server and a client of it. `through` puts something in between. */
export const startLinked = async (
  options: FakeFhirOptions = {},
  over: Partial<FhirSettings> = {},
  through: (url: string) => string = (url) => url,
): Promise<Linked> => {
  const server = await startFhir(options);
  const client = await connectFhir(settingsFor(through(server.url), over), spending());
  const events: FhirCallEvent[] = [];
  client.onCall((event) => events.push(event));
  server.forget();
  return {
    server,
    client,
    events,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server.stop();
    },
  };
};

/** The code an operation fails with; `ok` when it does not. */
export const codeFrom = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => codeOf(error),
  );
