import { SANDBOX_FACILITIES } from '../facilities.ts';
import { DAY, dayOf, instantOf, REFERENCE_DAY } from '../odoo/seed/calendar.ts';
import { memberOf, randomFor } from '../odoo/seed/random.ts';

/** Somebody the invented group cares for: what an office knows of a person, and nothing of care. */
export interface Patient {
  /** `PT-00001` and so on. */
  readonly number: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly gender: 'female' | 'male' | 'other' | 'unknown';
  /** ISO day. */
  readonly birthDate: string;
  /** The facility that keeps the record, and where the patient is seen. */
  readonly facilityCode: string;
  /** Places of the payers among those that have covers, the first being the one that pays first; none for some. */
  readonly payers: readonly number[];
  readonly isActive: boolean;
}

const PATIENTS = 1_000;
/** How many payers have members that are seen: the first ones, as Odoo has them. */
export const payersAt = (scale: number): number => Math.max(12, Math.round(12 * scale));

const GENDERS: readonly Patient['gender'][] = [
  ...Array.from({ length: 10 }, () => ['female', 'male'] as const).flat(),
  'other',
  'unknown',
];
const GIVEN = (
  'Abelard Blythe Cosima Dorian Esme Florian Ginevra Horatio Ingrid Jasper Kerensa Lucasta Magnus Nerissa Orlando Petra ' +
  'Quincy Romilly Silas Thea Ursula Vesper Winston Xavier Ysolde Zachary'
).split(' ');
const FAMILY = (
  'Appletree Bramblewick Clutterbuck Dovetail Elderflower Fennelworth Goosefeather Honeycutt Ivybridge Jollyfield ' +
  'Kettlewell Lavenderson Marshmallow Nutcombe Oatfield Puddifoot Quickbeam Rainwater Snowdrop Thimblethorpe Umberfield ' +
  'Violetson Wigglesworth Yellowley Zephyrson Bumblethwaite Crumpleton Dandelyon Featherstone'
).split(' ');

/** 1,000 at scale 1, the same each time. */
export const patients = (scale = 1): readonly Patient[] => {
  const random = randomFor('patients');
  const seen = new Map<string, number>();
  const payers = payersAt(scale);
  return Array.from({ length: Math.max(1, Math.round(PATIENTS * scale)) }, (_, index): Patient => {
    const chance = random.next();
    const { code } = memberOf(SANDBOX_FACILITIES, chance < 0.5 ? 0 : chance < 0.85 ? 1 : 2);
    const position = seen.get(code) ?? 0;
    seen.set(code, position + 1);
    const age = code === 'lakeside-care-home' ? random.int(66, 97) : random.int(1, 90);
    const first = position % payers;
    const second = (first + random.int(1, payers - 1)) % payers;
    const covers = random.next();
    return Object.freeze({
      number: `PT-${String(index + 1).padStart(5, '0')}`,
      givenName: memberOf(GIVEN, index),
      familyName: memberOf(FAMILY, index * 3 + Math.floor(index / GIVEN.length)),
      gender: memberOf(GENDERS, index),
      birthDate: dayOf(instantOf(REFERENCE_DAY) - (age * 365 + random.int(0, 364)) * DAY),
      facilityCode: code,
      payers: covers < 0.06 ? [] : covers < 0.2 ? [first, second] : [first],
      isActive: !random.chance(0.02),
    });
  });
};
