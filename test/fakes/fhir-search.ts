/** A resource as the server keeps it. */
export interface Kept {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly versionId: string; readonly lastUpdated: string };
  readonly [element: string]: unknown;
}

export interface Param {
  readonly kind: 'token' | 'reference' | 'date' | 'string';
  /** Tokens as `system|code`, references as `Type/id`. */
  readonly values: (row: Kept) => readonly string[];
  /** Of references: identifiers of what they refer to, as tokens. */
  readonly identifiers?: (row: Kept) => readonly string[];
}

type Json = Record<string, unknown>;

const many = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value as Json[]) : value === undefined ? [] : [value as Json];
const text = (value: unknown): string[] =>
  typeof value === 'string' || typeof value === 'boolean' ? [String(value)] : [];

const code = (element: string): Param => ({
  kind: 'token',
  values: (row) => text(row[element]).map((value) => `|${value}`),
});
const reference = (element: string, type?: string): Param => referencesAt((row) => many(row[element]), type);
/** One step deeper, as in `item.encounter`. */
const referenceIn = (element: string, inner: string): Param =>
  referencesAt((row) => many(row[element]).flatMap((each) => many(each[inner])));
const referencesAt = (at: (row: Kept) => readonly Json[], type?: string): Param => ({
  kind: 'reference',
  values: (row) =>
    at(row)
      .flatMap((each) => text(each['reference']))
      .filter((value) => type === undefined || value.startsWith(`${type}/`)),
  identifiers: (row) => at(row).flatMap((each) => many(each['identifier']).map(identifierToken)),
});
const identifierToken = (each: Json): string => `${text(each['system']).join()}|${text(each['value']).join()}`;
const participant = (type?: string): Param => ({
  kind: 'reference',
  values: (row) =>
    many(row['participant'])
      .flatMap((each) => text((each['actor'] as Json | undefined)?.['reference']))
      .filter((value) => type === undefined || value.startsWith(`${type}/`)),
});
const date = (element: string): Param => ({ kind: 'date', values: (row) => text(row[element]) });
const string = (element: string): Param => ({ kind: 'string', values: (row) => text(row[element]) });
const humanName = (part?: 'family'): Param => ({
  kind: 'string',
  values: (row) =>
    many(row['name']).flatMap((name) =>
      part === undefined
        ? [...text(name['text']), ...text(name['family']), ...many(name['given']).map(String)]
        : text(name[part]),
    ),
});
const coding = (element: string): Param => ({
  kind: 'token',
  values: (row) =>
    many(row[element]).flatMap((each) =>
      many(each['coding']).map((one) => `${text(one['system']).join()}|${text(one['code']).join()}`),
    ),
});

const COMMON: Readonly<Record<string, Param>> = {
  _id: { kind: 'token', values: (row) => [`|${row.id}`] },
  _lastUpdated: { kind: 'date', values: (row) => [row.meta.lastUpdated] },
  identifier: {
    kind: 'token',
    values: (row) => many(row['identifier']).map(identifierToken),
  },
};

/** The search parameters there are (R4, as each resource defines them). */
export const PARAMS: Readonly<Record<string, Readonly<Record<string, Param>>>> = {
  Organization: { ...COMMON, name: string('name'), active: code('active'), type: coding('type') },
  Location: {
    ...COMMON,
    name: string('name'),
    partof: reference('partOf'),
    status: code('status'),
    'physical-type': coding('physicalType'),
  },
  Patient: {
    ...COMMON,
    name: humanName(),
    family: humanName('family'),
    birthdate: date('birthDate'),
    organization: reference('managingOrganization'),
    active: code('active'),
    gender: code('gender'),
  },
  Practitioner: { ...COMMON, name: humanName(), family: humanName('family'), active: code('active') },
  HealthcareService: {
    ...COMMON,
    name: string('name'),
    active: code('active'),
    organization: reference('providedBy'),
    location: reference('location'),
    'service-type': coding('type'),
  },
  Schedule: { ...COMMON, actor: reference('actor'), active: code('active') },
  Slot: { ...COMMON, schedule: reference('schedule'), start: date('start'), status: code('status') },
  Appointment: {
    ...COMMON,
    date: date('start'),
    status: code('status'),
    actor: participant(),
    patient: participant('Patient'),
    practitioner: participant('Practitioner'),
    location: participant('Location'),
    'service-type': coding('serviceType'),
    slot: reference('slot'),
  },
  Coverage: {
    ...COMMON,
    status: code('status'),
    type: coding('type'),
    beneficiary: reference('beneficiary'),
    payor: reference('payor'),
  },
  CoverageEligibilityResponse: {
    ...COMMON,
    status: code('status'),
    outcome: code('outcome'),
    created: date('created'),
    requestor: reference('requestor'),
    insurer: reference('insurer'),
    patient: reference('patient'),
  },
  ChargeItem: {
    ...COMMON,
    code: coding('code'),
    context: reference('context'),
    subject: reference('subject'),
    occurrence: date('occurrenceDateTime'),
    'entered-date': date('enteredDate'),
    'performer-actor': referenceIn('performer', 'actor'),
    'performing-organization': reference('performingOrganization'),
  },
  Claim: {
    ...COMMON,
    status: code('status'),
    use: code('use'),
    created: date('created'),
    patient: reference('patient'),
    provider: reference('provider'),
    insurer: reference('insurer'),
    encounter: referenceIn('item', 'encounter'),
  },
  ClaimResponse: {
    ...COMMON,
    status: code('status'),
    use: code('use'),
    outcome: code('outcome'),
    created: date('created'),
    'payment-date': {
      kind: 'date',
      values: (row) => many(row['payment']).flatMap((each) => text(each['date'])),
    },
    request: reference('request'),
    requestor: reference('requestor'),
    insurer: reference('insurer'),
  },
  PaymentReconciliation: {
    ...COMMON,
    status: code('status'),
    outcome: code('outcome'),
    created: date('created'),
    requestor: reference('requestor'),
    'payment-issuer': reference('paymentIssuer'),
  },
  Invoice: {
    ...COMMON,
    status: code('status'),
    date: date('date'),
    patient: reference('subject', 'Patient'),
    issuer: reference('issuer'),
  },
  Account: { ...COMMON, status: code('status'), patient: reference('subject', 'Patient'), owner: reference('owner') },
};

/** A test of rows for one condition; undefined for a modifier the server does not have. */
export const matcherOf = (
  param: Param | undefined,
  modifier: string | undefined,
  written: string,
): ((row: Kept) => boolean) | undefined => {
  if (param === undefined) return undefined;
  if (modifier === 'missing') return (row) => (param.values(row).length === 0) === (written === 'true');
  const wanted = split(written);
  if (modifier === 'not' && param.kind === 'token')
    return (row) => !wanted.some((value) => param.values(row).some((stored) => isToken(stored, value)));
  if (param.kind === 'token' && modifier === undefined) return some(param, wanted, isToken);
  if (param.kind === 'reference' && modifier === undefined) return some(param, wanted, isReference);
  if (param.identifiers !== undefined && modifier === 'identifier')
    return some({ kind: 'token', values: param.identifiers }, wanted, isToken);
  if (param.kind === 'date' && modifier === undefined) return some(param, wanted, isDate);
  if (param.kind !== 'string') return undefined;
  if (modifier === 'exact') return some(param, wanted, (stored, value) => stored === unescape(value));
  const fold = (value: string) => unescape(value).toLowerCase();
  if (modifier === 'contains')
    return some(param, wanted, (stored, value) => stored.toLowerCase().includes(fold(value)));
  if (modifier === undefined)
    return some(param, wanted, (stored, value) => stored.toLowerCase().startsWith(fold(value)));
  return undefined;
};

export const sortKey = (param: Param | undefined, row: Kept): string | number | null => {
  const [first] = param?.values(row) ?? [];
  if (first === undefined) return null;
  return param?.kind === 'date' ? Date.parse(first) : first.toLowerCase();
};

const some =
  (param: Param, wanted: readonly string[], test: (stored: string, value: string) => boolean) => (row: Kept) =>
    param.values(row).some((stored) => wanted.some((value) => test(stored, value)));

/** At commas that are not escaped. */
const split = (written: string): readonly string[] => written.match(/(?:\\.|[^,\\])+/g) ?? [];
const unescape = (value: string): string => value.replaceAll(/\\(.)/g, '$1');

const isToken = (stored: string, wanted: string): boolean => {
  const bar = /(?<!\\)\|/.exec(wanted)?.index;
  const [system, value] = splitToken(stored);
  if (bar === undefined) return value === unescape(wanted);
  const [askedSystem, asked] = [unescape(wanted.slice(0, bar)), unescape(wanted.slice(bar + 1))];
  return system === askedSystem && (asked === '' || value === asked);
};

const splitToken = (stored: string): readonly [string, string] => {
  const bar = stored.indexOf('|');
  return [stored.slice(0, bar), stored.slice(bar + 1)];
};

const isReference = (stored: string, wanted: string): boolean =>
  stored === wanted || (!wanted.includes('/') && stored.endsWith(`/${wanted}`));

const isDate = (stored: string, wanted: string): boolean => {
  const [, prefix = 'eq', moment = ''] = /^(eq|ne|gt|lt|ge|le)?(.*)$/.exec(wanted) ?? [];
  const [from, to] = rangeOf(moment);
  const at = Date.parse(stored);
  if (prefix === 'ge') return at >= from;
  if (prefix === 'le') return at < to;
  if (prefix === 'gt') return at >= to;
  if (prefix === 'lt') return at < from;
  return at >= from && at < to;
};

/** What a moment of some precision covers. */
const rangeOf = (moment: string): readonly [number, number] => {
  const from = Date.parse(moment);
  if (moment.length === 10) return [from, from + 86_400_000];
  return [from, from + (moment.includes('.') ? 1 : 1000)];
};
