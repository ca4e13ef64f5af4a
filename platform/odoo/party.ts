import { localPartyId, type Party } from '../identity.ts';
import { anyOf, nothing } from './domain.ts';
import { alternatives, type Columns, type EntitySpec, type Name } from './entity.ts';
import { localId } from './filters.ts';
import type { Domain } from './types.ts';

/** How the records of an entity belong to a company outside the group: the domain of those of one, given its local id. */
export interface PartyMapping {
  readonly needs: readonly Name[];
  bind(columns: Columns): (partner: number) => Domain;
}

/** By kind of party; `whole`: it sees what everybody sees. A kind that is not named has no rows of the entity. */
export type PartyScope = Readonly<Partial<Record<Party['kind'], PartyMapping | 'whole'>>>;

/**
 * Records whose partner at the path is the company, or one of its people and addresses: Odoo keeps with each partner the
 * company it is part of. A path to the record itself is empty.
 */
export const ofPartner = (path: Name = ''): PartyMapping => ({
  needs: [suffixed(path, 'commercial_partner_id')],
  bind:
    ([column]) =>
    (partner) => [[column ?? '', '=', partner]],
});

/** Items, of `product.product`: what the company offers, or has had an order of. */
export const ofOffered: PartyMapping = {
  // Until 15 a price called its supplier `name`, which tags, as new as its present name, tell without looking at prices.
  needs: ['purchase_order_line_ids', ['product_tag_ids', 'seller_ids']],
  bind: ([lines, sign]) => {
    const price = sign === 'product_tag_ids' ? 'partner_id' : 'name';
    const paths = [`${lines ?? ''}.order_id.partner_id`, `seller_ids.${price}`];
    return (partner) => anyOf(...paths.map((path) => ofPartner().bind([`${path}.commercial_partner_id`])(partner)));
  },
};

const suffixed = (path: Name, column: string): Name =>
  alternatives(path).map((each) => (each === '' ? column : `${each}.${column}`));

/** What a caller that stands for nobody outside sees. */
type Bound = (party: Party | undefined) => Domain;

/** Fails closed: an entity that does not say how it belongs to a kind of party has no rows for one. */
export const bindParty = ({ party: scope = {} }: EntitySpec, column: (name: Name) => string): Bound => {
  const bound = new Map(
    Object.entries(scope).map(([kind, mapping]) => [
      kind,
      mapping === 'whole' ? mapping : mapping.bind(mapping.needs.map(column)),
    ]),
  );
  return (party) => {
    if (party === undefined) return [];
    const domainOf = bound.get(party.kind) ?? null;
    if (domainOf === 'whole') return [];
    const partner = localId(localPartyId(party));
    return domainOf === null || partner === null ? nothing : domainOf(partner);
  };
};

export const needsOfParty = ({ party = {} }: EntitySpec): readonly Name[] =>
  Object.values(party).flatMap((mapping) => (mapping === 'whole' ? [] : mapping.needs));
