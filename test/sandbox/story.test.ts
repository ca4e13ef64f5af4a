import { describe, expect, it } from '@jest/globals';
import { healthcareGroup } from '../../sandbox/odoo/seed/index.ts';
import { DEPARTMENTS } from '../../sandbox/story/departments.ts';
import { employees } from '../../sandbox/story/people.ts';

describe('the invented group', () => {
  const people = employees();
  const byNumber = new Map(people.map((one) => [one.number, one]));

  it('has a department for each cost center in Odoo, of the same name', () => {
    const centers = healthcareGroup().tables['account.analytic.account'] ?? [];
    const byCode = new Map(centers.map(({ code, name }) => [code, name]));
    expect(byCode).toEqual(new Map(DEPARTMENTS.map(({ costCenterCode, name }) => [costCenterCode, name])));
    expect(DEPARTMENTS).toHaveLength(25);
  });

  it('employs 300 people, the same each time, with numbers and user names of their own', () => {
    expect(employees()).toEqual(people);
    expect(people).toHaveLength(300);
    expect(new Set(people.map(({ userName }) => userName)).size).toBe(300);
  });

  it('has everybody in a department, and under somebody who is there, up to one', () => {
    const codes = new Set(DEPARTMENTS.map(({ code }) => code));
    expect(people.filter(({ departmentCode }) => !codes.has(departmentCode))).toEqual([]);
    expect(people.filter(({ managerNumber }) => managerNumber === null).map(({ number }) => number)).toEqual([
      'E-0001',
    ]);
    for (const one of people) {
      const chain = new Set<string>();
      for (let at = one.managerNumber; at !== null; at = byNumber.get(at)?.managerNumber ?? null) {
        expect(chain.has(at)).toBe(false);
        chain.add(at);
      }
    }
  });

  it('has 40 practitioners, each once, who work', () => {
    const practitioners = people.filter(({ practitionerNumber }) => practitionerNumber !== null);
    expect(new Set(practitioners.map(({ practitionerNumber }) => practitionerNumber)).size).toBe(40);
    expect(practitioners.filter(({ status, facilityCode }) => status !== 'active' || facilityCode === null)).toEqual(
      [],
    );
  });
});
