// Shows the access matrix: reads it from the graph, page by page, with the token of this tab, and filters it here.
import { showAccess, showRefused } from './access.js';
import { isMeant, seenBy, takes, valuesOf, wordOf } from './matrix-rows.js';
import { takeTokenFromAddress, token } from './token.js';

const settings = JSON.parse(document.getElementById('settings').textContent);
const table = document.getElementById('fields');
const said = document.getElementById('said');
const filters = document.getElementById('filters');

const QUERY = `query AccessMatrix($after: String) {
  access {
    matrix(first: 100, after: $after) {
      nodes { coordinate class needs { oneOf } audiences { audience purpose verdict mask } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const start = async () => {
  takeTokenFromAddress();
  if (settings.tokens !== 'none') showAccess(settings.tokens);
  if (token() === undefined && settings.tokens !== 'none')
    return say('The matrix takes a token with the scope access:read.');
  say('Reading the matrix …');
  const fields = await readFields();
  if (fields === undefined) return say('The matrix takes the scope access:read, and a client of the group.');
  const sights = fields.flatMap(({ audiences }) => audiences);
  offer('dataClass', valuesOf(fields.map((field) => field.class)));
  offer('audience', valuesOf(sights.map(({ audience }) => audience)));
  offer('purpose', valuesOf(sights.map(({ purpose }) => purpose)));
  offer('word', valuesOf(sights.map(wordOf)));
  filters.hidden = false;
  filters.addEventListener('input', () => show(fields));
  show(fields);
};

const readFields = async () => {
  const fields = [];
  for (let after = null; ; ) {
    const page = (await ask(after))?.data?.access?.matrix;
    if (page == null) return undefined;
    fields.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return fields;
    after = page.pageInfo.endCursor;
  }
};

const ask = async (after) => {
  const authorization = token() === undefined ? {} : { authorization: `Bearer ${token()}` };
  const response = await fetch(settings.endpoint, {
    method: 'POST',
    credentials: 'omit',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ query: QUERY, variables: { after } }),
  });
  if (response.status === 401 && settings.tokens !== 'none') showRefused(settings.tokens);
  return response.json();
};

const show = (fields) => {
  const wanted = Object.fromEntries(new FormData(filters));
  const meant = fields.filter((field) => isMeant(field, wanted));
  const all = valuesOf(fields.flatMap(({ audiences }) => audiences.map(({ audience }) => audience)));
  const audiences = wanted.audience === '' ? all : [wanted.audience];
  const row = ({ coordinate, class: ofClass, needs, audiences: sights }) => [
    coordinate,
    ofClass ?? '',
    takes(needs),
    ...audiences.map((audience) => seenBy(sights, audience, wanted.purpose)),
  ];
  table.replaceChildren(
    element('thead', [line('th', ['Field', 'Class', 'Takes', ...audiences])]),
    element(
      'tbody',
      meant.map((field) => line('td', row(field))),
    ),
  );
  say(`${meant.length} of ${fields.length} fields`);
};

const line = (cell, texts) =>
  element(
    'tr',
    texts.map((text) => {
      const made = element(cell, [text]);
      made.dataset.seen = text.split(/[ ;]/, 1)[0];
      return made;
    }),
  );

const element = (name, children) => {
  const made = document.createElement(name);
  made.append(...children);
  return made;
};

const offer = (name, values) => filters.elements[name].append(...values.map((value) => new Option(value, value)));

const say = (text) => {
  said.textContent = text;
};

await start();
