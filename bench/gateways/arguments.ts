import { parseArgs } from 'node:util';

/** Every peer is started in the same way: `node <peer>.js --supergraph FILE [--replay FILE]`, on a free port. */
export const readArguments = (): { readonly supergraph: string; readonly replay: string } => {
  const { values } = parseArgs({
    options: { supergraph: { type: 'string', default: '' }, replay: { type: 'string', default: '' } },
  });
  return values;
};
