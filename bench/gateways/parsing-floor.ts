import { readArguments } from './arguments.ts';
import { createReplayer } from './replay.ts';
import { bodyOf, serveAnswers } from './serve.ts';

// The floor of an answer that comes from one subgraph: the same call, JSON.parse of what it is answered with,
// JSON.stringify of the result, and nothing else.
const { known, replay } = await createReplayer(readArguments().replay);

await serveAnswers(async (request, response) => {
  const operation = known.get(await bodyOf(request));
  if (operation === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [bytes] = await replay(operation.waves);
  const answer = Buffer.from(JSON.stringify(JSON.parse(String(bytes))));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
});
