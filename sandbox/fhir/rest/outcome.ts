import type { Fields } from '../resource.ts';

/** Codes of http://hl7.org/fhir/issue-type that the sandbox uses. */
export type IssueCode =
  | 'structure'
  | 'invalid'
  | 'value'
  | 'not-supported'
  | 'not-found'
  | 'deleted'
  | 'conflict'
  | 'multiple-matches'
  | 'duplicate'
  | 'business-rule'
  | 'login'
  | 'exception'
  | 'informational';

/** An answer that is an OperationOutcome. */
export class FhirError extends Error {
  readonly status: number;
  readonly outcome: Fields;

  constructor(status: number, code: IssueCode, text: string, expression?: readonly string[]) {
    super(text);
    this.status = status;
    this.outcome = outcomeOf([issueOf('error', code, text, expression)]);
  }

  /** With issues that somebody else has found. */
  static of(status: number, issues: readonly unknown[]): FhirError {
    const error = new FhirError(status, 'invalid', 'the resource is not valid');
    Object.assign(error, { outcome: outcomeOf(issues) });
    return error;
  }
}

export const outcomeOf = (issue: readonly unknown[]): Fields => ({ resourceType: 'OperationOutcome', issue });

export const issueOf = (
  severity: 'error' | 'warning' | 'information',
  code: IssueCode,
  text: string,
  expression?: readonly string[],
): Fields => ({ severity, code, details: { text }, ...(expression !== undefined && { expression }) });
