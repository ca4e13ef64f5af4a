import { memberOf } from './random.ts';

const words = (text: string): readonly string[] => text.split(' ');

const HOUSES = words(
  'Tidewater Brackenfield Ottermead Calloway Fennimore Greywick Halcyon Ironbridge Juniper Kestrelworth Larkhaven ' +
    'Mossgrove Northmere Oakhollow Pennywhistle Quillon Ravensbourne Silverfen Thistledown Umberley Vellacott Willowmarsh ' +
    'Yarrowdale Zephyrine Amberlight Birchgate Copperhill Dunmarrow Elderbrook Foxmantle Goldcrest Heathersage Inglewick ' +
    'Jasperton Kittiwake Lowenstane Marlspit Nettlecombe Orchardine Plumstead Quenby Rookswood Saltmarsh Tanglewood ' +
    'Underhay Vintner Wrenfield Yewbarrow Ashcombe Bellwether Cloverly Drumlin Everthorpe Farrowgate Glenmoray Hollinside ' +
    'Islemere Kelderness Linnetfield Maplehurst',
);

const TRADES: readonly string[] = [
  'Surgical Supply',
  'Pharma',
  'Medical Devices',
  'Care Products',
  'Wholesale',
  'Diagnostics',
  'Therapeutics',
  'Clinical Services',
  'Hygiene',
  'Instruments',
];

const PAYERS: readonly string[] = [
  'Kestrel Mutual Health',
  'Lanternside Insurance',
  'Harrowgate Provident',
  'Blue Heron Health Plan',
  'Cedarline Benefit Society',
  'Ninefold Assurance',
  'Stonecroft Employers Fund',
  'Wayfarer Travel Cover',
  'Elmhurst Seniors Plan',
  'Dockers and Mariners Union Fund',
  'Fairmead County Care Office',
  'Selwyn Veterans Trust',
  'Opal Family Cover',
  'Marchbank Occupational Health',
  'Rosewater Long-Term Care Fund',
  'Upland Schools Scheme',
];

const STREETS: readonly string[] = [
  'Foundry Lane',
  'Quay Road',
  'Orchard Way',
  'Mill Rise',
  'Lamplighter Street',
  'Canal Side',
];
const CITIES: readonly string[] = ['Aldermoor', 'Port Selwyn', 'Larkfield', 'Fairmead', 'Upper Dunmarrow', 'Saltby'];

/** A different name for every index. */
export function supplierName(index: number): string {
  const round = Math.floor(index / HOUSES.length);
  const name = `${memberOf(HOUSES, index)} ${memberOf(TRADES, index + round)}`;
  return round < TRADES.length ? name : `${name} ${round}`;
}

/** A different name for every index. */
export function payerName(index: number): string {
  const round = Math.floor(index / PAYERS.length);
  return round === 0 ? memberOf(PAYERS, index) : `${memberOf(PAYERS, index)}, branch ${round}`;
}

/** Where an invented company sits and how it is reached; the numbers are from the range kept for fiction. */
export function contactOf(name: string, index: number) {
  return {
    street: `${1 + ((index * 7) % 180)} ${memberOf(STREETS, index)}`,
    city: memberOf(CITIES, index * 5 + 1),
    zip: String(10_000 + ((index * 373) % 89_000)),
    phone: `+1 555-01${String(index % 100).padStart(2, '0')}`,
    email: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}@example.test`,
  };
}
