import type { Transport } from '../../gateway/executor/transports/transport.ts';
import type { Envelope } from '../../platform/envelope.ts';
import { createIdentity, type Party } from '../../platform/identity.ts';

/** Claims of a token for somebody who stands for a company. */
export const subjectOf = (party: Party | undefined): Readonly<Record<string, unknown>> =>
  party === undefined ? {} : { sub: `${party.kind}:${party.id}` };

/**
 * A transport of a gateway that takes a partner for one of the group: it hands over the whole graph, with every scope, and
 * all that subgraphs are told is whom the caller stands for. What they keep to themselves then is kept by rows alone.
 */
export const standingFor = (transport: Transport): Transport => {
  const told = new WeakMap<Envelope, Envelope>();
  const retold = (envelope: Envelope): Envelope => {
    const [, kind, id] = /^(supplier|payer):(.*)$/.exec(envelope.identity.subject) ?? [];
    if (kind === undefined || id === undefined) return envelope;
    const known = told.get(envelope);
    if (known !== undefined) return known;
    const identity = createIdentity({ ...envelope.identity, party: { kind: kind as Party['kind'], id } });
    const made = Object.freeze({ ...envelope, identity });
    told.set(envelope, made);
    return made;
  };
  return {
    ...transport,
    send: (call, envelope, cancellation) => transport.send(call, retold(envelope), cancellation),
  };
};
