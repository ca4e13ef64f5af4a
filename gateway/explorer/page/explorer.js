// Starts the explorer in the browser, with the token and the examples it was given.
import { showAccess, showRefused } from './access.js';
import { takeTokenFromAddress, token } from './token.js';

/** @type {import('../page.ts').PageSettings} */
const settings = JSON.parse(document.getElementById('settings').textContent);

const start = () => {
  takeTokenFromAddress();
  alignStoredTab();
  if (settings.tokens !== 'none') showAccess(settings.tokens);
  const headers = token() === undefined ? '' : JSON.stringify({ Authorization: `Bearer ${token()}` }, null, 2);
  const explorer = React.createElement(GraphiQL, {
    fetcher,
    defaultHeaders: headers,
    defaultTabs: settings.examples.map((example) => tabOf(example, headers)),
    defaultEditorToolsVisibility: token() === undefined ? undefined : 'headers',
    // As long as the browser tab and no longer: queries and variables may name people. Headers are not kept at all;
    // after a reload they are made from the token again.
    storage: sessionStorage,
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    inputValueDeprecation: true,
  });
  ReactDOM.createRoot(document.getElementById('explorer')).render(explorer);
};

/**
 * GraphiQL keeps the current query and the list of tabs apart, and after a reload opens one tab more when they differ.
 * Variables that came with an example are not in the first until they are edited.
 */
const alignStoredTab = () => {
  const { tabs, activeTabIndex } = JSON.parse(sessionStorage.getItem('graphiql:tabState') ?? '{}');
  const active = tabs?.[activeTabIndex];
  if (active === undefined) return;
  sessionStorage.setItem('graphiql:query', active.query ?? '');
  sessionStorage.setItem('graphiql:variables', active.variables ?? '');
};

const tabOf = ({ title, query, variables }, headers) => ({
  query: `# ${title}\n${query.trim()}\n`,
  variables: variables === undefined ? '' : JSON.stringify(variables, null, 2),
  headers,
});

const fetcher = async (operation, { headers } = {}) => {
  const response = await fetch(settings.endpoint, {
    method: 'POST',
    credentials: 'omit',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  if (response.status === 401 && settings.tokens !== 'none') showRefused(settings.tokens);
  return response.json();
};

start();
