import { SANDBOX_FACILITIES } from '../../facilities.ts';
import { groupBy } from '../../../platform/group-by.ts';
import { visits } from '../../story/visits.ts';
import type { Book } from './book.ts';
import { atHour, DAY, dayOf, type Instant, stampOf } from './calendar.ts';
import type { Facility, Ground } from './ground.ts';
import { addMove } from './moves.ts';
import { memberOf, type Random, randomFor } from './random.ts';
import type { Shelf } from './shelves.ts';

/** Since when the facilities record what they use; the day before, everything was counted. */
export const USAGE_DAYS = 90;

/**
 * What the wards used since then, 600 times at scale 1, and what they have asked for in the days to come and is
 * reserved for them. What was used since the first appointment was used for one.
 */
export function useGoods(book: Book, ground: Ground, scale: number, shelves: readonly Shelf[]): void {
  const random = randomFor('usage');
  const byFacility = new Map(
    ground.facilities.map((facility) => [facility, shelves.filter((one) => one.facility === facility)]),
  );
  const numbers = new Map<Facility, number>();
  const visitFor = visitsOf(ground, scale);
  const take = (facility: Facility, at: Instant, state: 'done' | 'assigned'): void => {
    const own = byFacility.get(facility) ?? [];
    const number = (numbers.get(facility) ?? 0) + 1;
    numbers.set(facility, number);
    const reference = `${facility.prefix}/USE/${String(number).padStart(5, '0')}`;
    const origin = (state === 'done' ? visitFor(facility, at) : undefined) ?? reference;
    for (const shelf of shelvesFor(own, facility, at, random)) {
      const quantity = Math.min(shelf.target, random.int(1, shelf.item.unit.factor > 1 ? 3 : 12));
      if (state === 'done') shelf.used += quantity;
      else if (shelf.promised > 0) continue;
      else shelf.promised = quantity;
      addMove(book, {
        facility,
        item: shelf.item,
        from: shelf.location,
        to: facility.consumption,
        state,
        at,
        reference,
        made: Math.min(at, ground.today - DAY),
        origin,
        portions: [{ lot: shelf.lot, expiresAt: shelf.expiresAt, quantity }],
      });
    }
  };
  const notes = Math.max(1, Math.round(300 * scale));
  for (let index = 0; index < notes; index += 1) {
    const day = ground.today - USAGE_DAYS * DAY + (index / notes) * (USAGE_DAYS - 0.5) * DAY;
    take(random.pick(ground.facilities), hourOf(day, random), 'done');
  }
  for (let index = 0; index < notes / 10; index += 1) {
    take(random.pick(ground.facilities), hourOf(ground.today + random.int(1, 6) * DAY, random), 'assigned');
  }
}

/**
 * Finds what goods were used for: the number of an appointment that was kept in a facility on a day. None for days before
 * the first appointment.
 */
function visitsOf(
  { facilities, today }: Ground,
  scale: number,
): (facility: Facility, at: Instant) => string | undefined {
  const random = randomFor('usage origins');
  const kept = groupBy(
    visits({ scale, today: dayOf(today) }).filter(({ status }) => status === 'fulfilled'),
    ({ facilityCode, startsAt }) => `${facilityCode} ${dayOf(startsAt)}`,
  );
  return (facility, at) => {
    const { code } = memberOf(SANDBOX_FACILITIES, facilities.indexOf(facility));
    const own = kept.get(`${code} ${dayOf(at)}`);
    return own === undefined ? undefined : random.pick(own).number;
  };
}

const hourOf = (day: Instant, random: Random): Instant => atHour(day, random.int(6, 21), random.int(0, 59));

/** One to three things from one place, more often a ward than the stock room, and no expired batch. */
function shelvesFor(own: readonly Shelf[], facility: Facility, at: Instant, random: Random): readonly Shelf[] {
  const location = random.chance(0.85) ? random.pick(facility.wards) : facility.locations.stock;
  const now = stampOf(at);
  const fresh = own.filter(
    (shelf) =>
      shelf.location === location &&
      shelf.item.category !== 'Equipment' &&
      (shelf.expiresAt === false || shelf.expiresAt > now),
  );
  return random.sample(fresh, random.int(1, 3));
}
