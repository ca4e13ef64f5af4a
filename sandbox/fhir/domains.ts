/** What the sandbox stands in for. */
export type FhirDomain = 'scheduling' | 'billing';

/** The types of resources that each platform keeps. Both know facilities and patients. */
export const DOMAINS: Readonly<Record<FhirDomain, readonly string[]>> = Object.freeze({
  scheduling: Object.freeze([
    'Organization',
    'Location',
    'Practitioner',
    'PractitionerRole',
    'HealthcareService',
    'Schedule',
    'Slot',
    'Patient',
    'Appointment',
    'AppointmentResponse',
  ]),
  billing: Object.freeze([
    'Organization',
    'Location',
    'Patient',
    'Coverage',
    'CoverageEligibilityRequest',
    'CoverageEligibilityResponse',
    'Account',
    'ChargeItem',
    'Claim',
    'ClaimResponse',
    'PaymentReconciliation',
    'Invoice',
  ]),
});
