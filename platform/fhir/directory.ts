import { encodeId } from '../ids.ts';
import { fail } from '../errors.ts';
import { escapeValue, isFhirId, where } from './query.ts';
import { identifierOf } from './references.ts';
import type { FhirClient, FhirSpending, SearchRequest, Stored } from './types.ts';

/** A facility and what stands for it at one server. */
export interface FhirFacility {
  /** The canonical record, ready to be answered. */
  readonly record: {
    readonly __typename: 'Facility';
    readonly id: string;
    readonly code: string;
    readonly name: string;
  };
  readonly code: string;
  /** Ids of its Organization and of the Locations that are its sites. */
  readonly at: Readonly<Record<'Organization' | 'Location', readonly string[]>>;
}

/** Which facilities a server knows: read when connected, refreshed now and then. */
export interface FhirDirectory {
  readonly facilities: readonly FhirFacility[];
  byCode(code: string): FhirFacility | undefined;
  /** The facility that an Organization or a site Location is. */
  at(resource: string, id: string): FhirFacility | undefined;
}

/** How configuration names them. A facility that it leaves open is looked for by its identifier. */
export type FhirFacilityMap = Readonly<
  Record<
    string,
    { readonly fhirOrganization?: string | undefined; readonly fhirLocations?: readonly string[] | undefined }
  >
>;

/** The system of the identifier that an Organization or site Location carries, with the facility's code as value. */
export const FACILITY_SYSTEM = 'urn:caregraph:facility';

const MAX_PLACES = 2000;

/** Reads which Organization and which Locations each facility is. Unset configuration: every facility found. */
export const loadDirectory = async (
  client: FhirClient,
  map: FhirFacilityMap | undefined,
  spending: FhirSpending,
): Promise<FhirDirectory> => {
  const [organizations, locations] = await Promise.all([
    placesOf(client, 'Organization', configured(map, 'Organization'), spending),
    placesOf(client, 'Location', configured(map, 'Location'), spending),
  ]);
  const codes = map === undefined ? [...organizations.keys(), ...locations.keys()] : Object.keys(map);
  const facilities = [...new Set(codes)]
    .toSorted()
    .map((code) => toFacility(code, organizations.get(code) ?? [], locations.get(code) ?? []))
    .filter(({ at }) => at.Organization.length + at.Location.length > 0);
  return createDirectory(facilities);
};

export const createDirectory = (facilities: readonly FhirFacility[]): FhirDirectory => {
  const byCode = new Map(facilities.map((facility) => [facility.code, facility]));
  const byPlace = new Map(
    facilities.flatMap((facility) =>
      Object.entries(facility.at).flatMap(([type, ids]) => ids.map((id) => [`${type}/${id}`, facility] as const)),
    ),
  );
  return Object.freeze({
    facilities: Object.freeze([...facilities]),
    byCode: (code: string) => byCode.get(code),
    at: (resource: string, id: string) => byPlace.get(`${resource}/${id}`),
  });
};

type PlaceType = 'Organization' | 'Location';

/** By facility code, the ids that configuration gives it; undefined where every facility is looked for. */
const configured = (
  map: FhirFacilityMap | undefined,
  type: PlaceType,
): ReadonlyMap<string, readonly string[]> | undefined =>
  map === undefined
    ? undefined
    : new Map(
        Object.entries(map).map(([code, { fhirOrganization, fhirLocations = [] }]) => [
          code,
          type === 'Location' ? fhirLocations : fhirOrganization === undefined ? [] : [fhirOrganization],
        ]),
      );

/** The places of each facility code: by id where configured, by identifier otherwise. */
const placesOf = async (
  client: FhirClient,
  type: PlaceType,
  named: ReadonlyMap<string, readonly string[]> | undefined,
  spending: FhirSpending,
): Promise<Map<string, readonly Stored[]>> => {
  const codeOfId = new Map([...(named ?? [])].flatMap(([code, ids]) => ids.map((id) => [id, code] as const)));
  const looked = [...(named ?? [])].flatMap(([code, ids]) => (ids.length === 0 ? [code] : []));
  const system = escapeValue(FACILITY_SYSTEM);
  const wanted = named === undefined ? [`${system}|`] : looked.map((code) => `${system}|${escapeValue(code)}`);
  const [byId, byIdentifier] = await Promise.all([
    allOf(client, { type, criteria: where('_id', [...codeOfId.keys()].filter(isFhirId)) }, spending),
    allOf(client, { type, criteria: where('identifier', wanted) }, spending),
  ]);
  const places = new Map<string, readonly Stored[]>();
  const add = (code: string | null | undefined, place: Stored) => {
    if (code !== null && code !== undefined) places.set(code, [...(places.get(code) ?? []), place]);
  };
  for (const place of byId) add(codeOfId.get(place.id), place);
  for (const place of byIdentifier) {
    const code = identifierOf(place, FACILITY_SYSTEM);
    if (named === undefined || looked.includes(code ?? '')) add(code, place);
  }
  return places;
};

const allOf = async (
  client: FhirClient,
  request: Pick<SearchRequest, 'type' | 'criteria'>,
  spending: FhirSpending,
): Promise<readonly Stored[]> => {
  let page = await client.search({ ...request, elements: ['identifier', 'name'], count: 200 }, spending);
  const rows = [...page.rows];
  while (page.next !== null) {
    if (rows.length > MAX_PLACES) throw fail('SOR_CONTRACT_BROKEN');
    page = await client.follow(request.type, page.next, spending);
    rows.push(...page.rows);
  }
  return rows;
};

const toFacility = (code: string, organizations: readonly Stored[], locations: readonly Stored[]): FhirFacility => {
  const names = [...organizations, ...locations].map(({ name }) => name);
  const name = names.find((each): each is string => typeof each === 'string' && each !== '') ?? code;
  return Object.freeze({
    record: Object.freeze({ __typename: 'Facility', id: encodeId('Facility', code), code, name }),
    code,
    at: Object.freeze({ Organization: organizations.map(({ id }) => id), Location: locations.map(({ id }) => id) }),
  });
};
