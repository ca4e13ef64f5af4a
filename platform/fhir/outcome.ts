/** One issue of an OperationOutcome: its codes. The texts beside them may quote records and are left where they are. */
export interface OperationOutcomeIssue {
  readonly severity: string;
  readonly code: string;
}

/** The issues of a body, if it is an OperationOutcome; none otherwise. */
export const issuesOf = (body: unknown): readonly OperationOutcomeIssue[] => {
  const { resourceType, issue } = (body ?? {}) as { resourceType?: unknown; issue?: unknown };
  if (resourceType !== 'OperationOutcome' || !Array.isArray(issue)) return [];
  return issue
    .slice(0, 20)
    .flatMap((each: { severity?: unknown; code?: unknown } | null) =>
      isCode(each?.severity) && isCode(each.code) ? [{ severity: each.severity, code: each.code }] : [],
    );
};

// A code is upstream text like any other until it looks like one.
const isCode = (value: unknown): value is string => typeof value === 'string' && /^[a-z][a-z-]{1,40}$/.test(value);
