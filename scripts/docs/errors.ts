import { ERRORS } from '../../platform/errors.ts';
import { code, GENERATED, tableHead, tableRow } from './markdown.ts';

/** `docs/errors.md`, from the error table the code throws by. */
export const renderErrors = (): string => {
  const rows = Object.entries(ERRORS).map(([name, kind]) =>
    tableRow([code(name), String(kind.status), kind.retryable ? 'yes' : 'no', kind.actor, kind.message, kind.when]),
  );
  return [INTRODUCTION, tableHead(TITLES), ...rows, ''].join('\n');
};

const TITLES = ['Code', 'HTTP', 'Retry', 'Who acts', 'Message', 'When'];

const INTRODUCTION = `${GENERATED}

# Errors

An error holds \`message\`, \`path\` where it belongs to a field, and \`extensions\` with \`code\`, \`retryable\` and
\`requestId\`. Nothing else leaves the process: no values, addresses, upstream texts or stack traces. What really
happened is in the log, under the same request id.

Decide by \`code\`; messages may be reworded, codes are stable and never reused. **HTTP** is the status when the whole
request is refused with this code; 200 stands where the error sits at a field and the rest of the answer is good.
**Retry** says whether the same request may succeed later without anybody changing it.
`;
