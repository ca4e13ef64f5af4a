// The bar above the editor: who one is signed in as, or how to get a token.
import { claimsOf, token, useToken } from './token.js';

const bar = document.getElementById('access');

/** @param {'development' | 'provider'} source where tokens come from */
export const showAccess = (source) => {
  const held = token();
  if (held === undefined) showForm(source, 'The graph answers callers who bring an access token.');
  else showCaller(claimsOf(held));
};

/** Called when the graph answered 401. Without a token the bar says already what to do. */
export const showRefused = (source) => {
  if (token() === undefined) return;
  showForm(source, 'The graph refused the access token; it may have expired, or come from another issuer.');
  bar.className = 'refused';
};

const showCaller = ({ sub, exp, scope, facilities }) => {
  const until = typeof exp === 'number' ? ` until ${new Date(exp * 1000).toLocaleString()}` : '';
  const scopes = list(typeof scope === 'string' ? scope.split(' ') : []);
  const places = list(Array.isArray(facilities) ? facilities : []);
  const caller = element('p', {}, 'Signed in as ', element('strong', {}, String(sub ?? 'unknown')), until);
  const rights = element('p', {}, `Facilities: ${places} · Scopes: ${scopes}`);
  const forget = { type: 'button', className: 'quiet', onclick: () => useToken(undefined) };
  const pages = element(
    'p',
    {},
    element('a', { href: '/' }, 'Explorer'),
    ' · ',
    element('a', { href: '/access' }, 'Access matrix'),
  );
  show(caller, rights, pages, element('button', forget, 'Forget token'));
};

const list = (values) => (values.length === 0 ? 'none' : values.join(', '));

const showForm = (source, reason) => {
  const way =
    source === 'development'
      ? [' Print one with ', element('code', {}, 'npm run -s token -- --client explorer'), ' and paste it here:']
      : [' Get one from your identity provider and paste it here:'];
  const input = element('input', {
    ariaLabel: 'Access token',
    placeholder: 'eyJ…',
    autocomplete: 'off',
    spellcheck: false,
    required: true,
  });
  const onsubmit = (event) => {
    event.preventDefault();
    useToken(input.value.trim().replace(/^Bearer\s+/i, ''));
  };
  show(element('p', {}, reason, ...way), element('form', { onsubmit }, input, element('button', {}, 'Use token')));
};

const show = (...children) => {
  bar.className = '';
  bar.replaceChildren(...children);
  bar.hidden = false;
};

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
