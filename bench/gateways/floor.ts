import { readArguments } from './arguments.ts';
import { createReplayer } from './replay.ts';
import { bodyOf, serveAnswers } from './serve.ts';

// The floor: makes the requests to subgraphs a gateway was seen to make, at once what it made at once, reads their
// answers as bytes without looking at them, and answers what the gateway answered. Everything else a gateway does it
// does on top of this.
const { known, replay } = await createReplayer(readArguments().replay);
const answers = new Map([...known].map(([body, { answer }]) => [body, Buffer.from(answer)]));

await serveAnswers(async (request, response) => {
  const body = await bodyOf(request);
  const [operation, answer] = [known.get(body), answers.get(body)];
  if (operation === undefined || answer === undefined) {
    response.writeHead(404).end();
    return;
  }
  await replay(operation.waves);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
});
