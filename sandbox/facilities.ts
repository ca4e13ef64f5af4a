/** One facility of the invented health-care group the sandbox stands in for. */
export interface SandboxFacility {
  /** As it stands in tokens. */
  readonly code: string;
  readonly name: string;
}

/** In the order of the sandbox's companies. */
export const SANDBOX_FACILITIES: readonly SandboxFacility[] = Object.freeze([
  Object.freeze({ code: 'north-hospital', name: 'North Hospital' }),
  Object.freeze({ code: 'harbor-clinic', name: 'Harbor Clinic' }),
  Object.freeze({ code: 'lakeside-care-home', name: 'Lakeside Care Home' }),
]);
