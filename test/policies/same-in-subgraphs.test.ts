import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { readAbout } from '../../policies/about.ts';
import { requirementKey } from '../../policies/access/requirement.ts';
import type { Requirements } from '../../policies/access/requirement-table.ts';
import { rulesFromSchema } from '../../policies/from-schema.ts';
import { mergedTypes } from '../../policies/supergraph-text.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { supergraphText } from '../harness/test-owners.ts';

const gateway = createGeneration(supergraphText()).requirements;

const keys = ({ all }: Requirements, ids: readonly number[]): readonly string[] =>
  ids.flatMap((id) => (all[id] === undefined ? [] : [requirementKey(all[id])])).toSorted();

/** What the gateway asks for and the subgraph does not, by where. */
const missing = (
  own: Requirements,
  coordinates: readonly string[],
  ofCoordinate: (requirements: Requirements, coordinate: string) => readonly number[],
): readonly string[] =>
  coordinates.flatMap((coordinate) => {
    const held = keys(own, ofCoordinate(own, coordinate));
    return keys(gateway, ofCoordinate(gateway, coordinate))
      .filter((key) => !held.includes(key))
      .map((key) => `${coordinate}: ${key}`);
  });

/**
 * About fields that hold an entity of another subgraph: what that one asks for the entity, this one does not know. The
 * gateway has asked; here the field itself is what is held to.
 */
const OF_OTHERS = new Set([
  'ChargeFilter.appointment',
  'ChargeFilter.practitioner',
  'ClaimFilter.appointment',
  'VendorBillFilter.supplier',
  'GoodsReceiptFilter.supplier',
  'PurchaseOrderFilter.item',
  'SupplierPriceFilter.item',
]);

describe.each(subgraphs)('the $name subgraph', ({ sdl }) => {
  const document = parse(sdl);
  const { requirements: own } = rulesFromSchema(document);

  it('asks for the use of each argument what the gateway asks for', () => {
    const coordinates = [...readAbout(document).targets.keys()].filter((coordinate) => !OF_OTHERS.has(coordinate));
    expect(missing(own, coordinates, (requirements, coordinate) => requirements.ofInput(coordinate))).toEqual([]);
  });

  it('asks for each field of its own what the gateway asks for', () => {
    const fields = mergedTypes(document).flatMap((type) =>
      (type.fields ?? [])
        .filter(({ directives = [] }) => !directives.some(({ name }) => name.value === 'external'))
        .map(({ name }) => `${type.name.value}.${name.value}`),
    );
    const ofField = (requirements: Requirements, coordinate: string) => {
      const [type = '', field = ''] = coordinate.split('.');
      return requirements.ofField(type, field);
    };
    expect(missing(own, fields, ofField)).toEqual([]);
  });
});
