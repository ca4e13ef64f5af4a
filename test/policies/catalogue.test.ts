import { describe, expect, it } from '@jest/globals';
import { isEnumType, isObjectType } from 'graphql';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { readCatalogue, readEveryField } from '../../policies/catalogue.ts';
import { CLASSES } from '../../policies/classes.ts';
import { supergraphText } from '../harness/test-owners.ts';

describe('the catalogue of the product', () => {
  const catalogue = readCatalogue(supergraphText());
  const { schema, supergraphSchema } = createGeneration(supergraphText());
  const of = (coordinate: string) => catalogue.find((entry) => entry.coordinate === coordinate);

  it('has every field of the graph, once', () => {
    const fields = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
      );
    const covered = catalogue.map(({ coordinate }) => coordinate);
    expect(new Set(covered).size).toBe(covered.length);
    expect(new Set(covered)).toEqual(new Set(fields));
  });

  it('leaves out what only subgraphs ask each other for, which has an owner and a class all the same', () => {
    const hidden = readEveryField(supergraphText()).filter(({ isHidden }) => isHidden);
    expect(hidden).toMatchObject([
      { coordinate: 'Payer.ledgerPartner', classes: ['COMMERCIAL'], owners: [{ system: 'CAREGRAPH' }] },
    ]);
    expect(of('Payer.ledgerPartner')).toBeUndefined();
  });

  it('knows a class for each, and a subgraph that answers it', () => {
    for (const { coordinate, classes, isValue, owners, derivedFrom, subgraphs } of catalogue) {
      expect([coordinate, subgraphs.length > 0]).toEqual([coordinate, true]);
      expect([coordinate, isValue || classes.length]).toEqual([coordinate, isValue || 1]);
      expect([coordinate, isValue || owners.length + derivedFrom.length > 0]).toEqual([coordinate, true]);
    }
  });

  it('says what the schemas say', () => {
    expect(of('Supplier.email')).toMatchObject({
      classes: ['PII'],
      owners: [{ system: 'ODOO' }],
      subgraphs: ['procurement'],
    });
    expect(of('PurchaseOrder.bills')).toMatchObject({ classes: ['FIN'], subgraphs: ['finance'] });
    expect(of('PurchaseOrder.commitment')).toMatchObject({
      owners: [],
      derivedFrom: expect.arrayContaining(['PurchaseOrderLine.billed']),
    });
    expect(of('Money.currency')).toMatchObject({ isValue: true, owners: [], classes: [] });
    expect(of('Facility.name')).toMatchObject({ owners: [{ system: 'ODOO' }], classes: ['INTERNAL'] });
    expect(of('Facility.name')?.subgraphs).toEqual(expect.arrayContaining(['finance', 'governance', 'inventory']));
    expect(of('Facility.identifiers')).toMatchObject({ owners: [{ system: 'CAREGRAPH' }], subgraphs: ['governance'] });
    expect(of('Query.suppliers')).toMatchObject({ classes: ['COMMERCIAL'], subgraphs: ['procurement'] });
  });

  it('shows its directives to nobody', () => {
    expect(schema.getDirectives().map(({ name }) => name)).not.toContain('systemOfRecord');
    expect(Object.keys(schema.getTypeMap()).filter((name) => name.startsWith('governance'))).toEqual([]);
  });

  it.each([
    ['governance__Class', 'DataClass'],
    ['governance__System', 'OwningSystem'],
    ['governance__Freshness', 'FreshnessClass'],
  ])('uses one list of values in %s and %s', (internal, shown) => {
    const valuesOf = (name: string) => {
      const type = supergraphSchema.getType(name);
      return isEnumType(type)
        ? type
            .getValues()
            .map((value) => value.name)
            .toSorted((a, b) => a.localeCompare(b))
        : [];
    };
    expect(valuesOf(internal).length).toBeGreaterThan(1);
    expect(valuesOf(internal)).toEqual(valuesOf(shown));
    if (shown === 'DataClass') expect(new Set(valuesOf(shown))).toEqual(new Set(Object.keys(CLASSES)));
  });
});
