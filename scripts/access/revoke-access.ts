import { text } from 'node:stream/consumers';
import { readArguments, UsageError } from './arguments.ts';
import { revokeThrough, type Wish } from './revoke.ts';

const OPTION = { type: 'string' } as const;
const OPTIONS = { url: OPTION, what: OPTION, issuer: OPTION, value: OPTION, reason: OPTION, key: OPTION };
const TARGETS: readonly Wish['what'][] = ['TOKEN', 'SUBJECT', 'CLIENT', 'ISSUER'];

/** Has a running gateway refuse tokens. The token of who does it is read from the standard input, and shown nowhere. */
export const revokeAccess = async (argv: readonly string[]): Promise<number> => {
  const { values, positionals } = readArguments(argv, OPTIONS);
  const { url = 'http://localhost:4000/graphql', issuer, value, reason, key } = values;
  const what = TARGETS.find((target) => target === values.what?.toUpperCase());
  if (positionals.length > 0) throw new UsageError(`${positionals.join(' ')}: too much`);
  if (what === undefined) throw new UsageError('--what is one of token, subject, client, issuer');
  if (issuer === undefined || reason === undefined) throw new UsageError('--issuer and --reason are needed');
  const token = (await text(process.stdin)).trim();
  const { idempotencyKey, passedOn } = await revokeThrough(url, token, {
    what,
    issuer,
    reason,
    ...(value === undefined ? {} : { value }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  if (passedOn) console.log('revoked');
  else console.log(`written down, and not passed on yet; repeat it with --key ${idempotencyKey}`);
  return passedOn ? 0 : 1;
};
