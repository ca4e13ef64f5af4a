import { HOUR, MINUTE } from '../../platform/time.ts';
import { DAY, type Instant, instantOf, REFERENCE_DAY } from '../odoo/seed/calendar.ts';
import { memberOf, type Random, randomFor } from '../odoo/seed/random.ts';
import { groupBy } from '../../platform/group-by.ts';
import { patients } from './patients.ts';
import { type Employee, employees } from './people.ts';

export type VisitStatus = 'fulfilled' | 'cancelled' | 'noshow' | 'booked' | 'proposed' | 'pending';

/** An appointment of a patient with a practitioner, in a room of the practitioner's department. */
export interface Visit {
  /** `APT-000001` and so on, by day. */
  readonly number: string;
  readonly facilityCode: string;
  readonly departmentCode: string;
  /** Of the rooms of the department, from 1. */
  readonly room: number;
  readonly practitionerNumber: string;
  readonly patientNumber: string;
  readonly startsAt: Instant;
  readonly minutes: number;
  readonly status: VisitStatus;
  /** When it was made. */
  readonly madeAt: Instant;
}

export interface VisitOptions {
  /** Multiplies patients and visits. Default 1. */
  readonly scale?: number;
  /** The ISO day that parts what has been from what is to come. */
  readonly today?: string;
}

const VISITS = 6_000;
export const DAYS_BEFORE = 60;
const DAYS = 90;
/** Rooms of each department that sees patients. */
export const ROOMS = 3;
/** Half hours of a day in which patients are seen, from seven. */
const PLACES = 24;

/** 6,000 of them over 90 days at scale 1, the same each time; each practitioner sees one patient at a time. */
export const visits = ({ scale = 1, today = REFERENCE_DAY }: VisitOptions = {}): readonly Visit[] => {
  const random = randomFor('visits');
  const seeing = practitioners();
  const seen = groupBy(patients(scale), ({ facilityCode }) => facilityCode);
  const count = Math.max(1, Math.round(VISITS * scale));
  const start = instantOf(today) - DAYS_BEFORE * DAY;
  let made = 0;
  return Array.from({ length: DAYS }, (_, day) => {
    const until = Math.floor(((day + 1) * count) / DAYS);
    const visitsOfDay: Visit[] = [];
    const taken = new Map<string, number>();
    for (; made < until; made += 1) {
      const practitioner = memberOf(seeing, made);
      const place = taken.get(practitioner.number) ?? 0;
      taken.set(practitioner.number, place + 1);
      const isPast = day < DAYS_BEFORE;
      const own = seen.get(practitioner.facilityCode ?? '') ?? [];
      if (own.length === 0) continue;
      // Five has no divisor in common with the places of a day: nobody is in two of them at once.
      const half = ((made % seeing.length) * 7 + day + place * 5) % PLACES;
      visitsOfDay.push({
        number: `APT-${String(made + 1).padStart(6, '0')}`,
        facilityCode: practitioner.facilityCode ?? '',
        departmentCode: practitioner.departmentCode,
        room: 1 + (made % ROOMS),
        practitionerNumber: practitioner.practitionerNumber ?? '',
        patientNumber: random.pick(own).number,
        startsAt: start + day * DAY + 7 * HOUR + half * 30 * MINUTE,
        minutes: random.pick([15, 20, 30, 30]),
        status: isPast ? pastStatus(random) : comingStatus(random),
        madeAt:
          start + (Math.min(day, DAYS_BEFORE - 1) - random.int(1, 25)) * DAY + random.int(8 * 60, 17 * 60) * MINUTE,
      });
    }
    return visitsOfDay;
  }).flat();
};

/** Those who see patients, by number. */
export const practitioners = (): readonly Employee[] =>
  employees()
    .filter(({ practitionerNumber }) => practitionerNumber !== null)
    .toSorted((one, other) => ((one.practitionerNumber ?? '') < (other.practitionerNumber ?? '') ? -1 : 1));

const pastStatus = (random: Random): VisitStatus => {
  const chance = random.next();
  return chance < 0.82 ? 'fulfilled' : chance < 0.92 ? 'cancelled' : 'noshow';
};

const comingStatus = (random: Random): VisitStatus => {
  const chance = random.next();
  return chance < 0.8 ? 'booked' : chance < 0.88 ? 'pending' : chance < 0.94 ? 'proposed' : 'cancelled';
};
