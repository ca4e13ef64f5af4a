import { describe, expect, it } from '@jest/globals';
import { evalFhirPath, indexStructureDefinitionBundle } from '@medplum/core';
import { readDefinitions } from '../../../sandbox/fhir/definitions/definitions.ts';
import { DOMAINS, type FhirDomain } from '../../../sandbox/fhir/domains.ts';
import { compileParameters } from '../../../sandbox/fhir/search/parameters.ts';
import { fhirSeed } from '../../../sandbox/fhir/seed/index.ts';
import { cutDefinitions } from '../../../scripts/fhir-definitions.ts';

describe('the definitions', () => {
  const definitions = readDefinitions();

  it('are those of the specification, cut; scripts/fhir-definitions.ts cuts them anew', () => {
    expect(definitions).toEqual(cutDefinitions());
  });

  it.each(Object.keys(DOMAINS) as FhirDomain[])(
    'make search parameters for %s that look where FHIRPath looks',
    (domain) => {
      const entry = definitions.structures.map((resource) => ({ resource }));
      indexStructureDefinitionBundle({ resourceType: 'Bundle', type: 'collection', entry } as never);
      const parameters = compileParameters(definitions.parameters, DOMAINS[domain]);
      const left = new Map<string, number>();
      let compared = 0;
      for (const resource of fhirSeed(domain, { scale: 0.01 }).resources) {
        const { resourceType: type } = resource;
        const count = left.get(type) ?? 0;
        left.set(type, count + 1);
        if (count > 12) continue;
        for (const { base, code, expression } of definitions.parameters) {
          const parameter = base === type || base === 'Resource' ? parameters.get(type)?.get(code) : undefined;
          if (parameter === undefined) continue;
          compared += 1;
          const found = evalFhirPath(expression.replaceAll('Resource.', `${type}.`), resource);
          expect([type, code, parameter.values(resource)]).toEqual([type, code, found]);
        }
      }
      expect(compared).toBeGreaterThan(500);
    },
  );

  it('leave out only what no search of ours needs', () => {
    const types = Object.values(DOMAINS).flat();
    const known = compileParameters(definitions.parameters, types);
    const missing = definitions.parameters.filter(
      ({ base, code }) => types.includes(base) && !known.get(base)?.has(code),
    );
    expect(missing.map(({ base, code }) => `${base}.${code}`)).toEqual(['Location.near', 'Patient.deceased']);
  });
});
