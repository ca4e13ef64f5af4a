// The access token of this browser tab. It lives in the tab's session storage and goes when the tab is closed.
const KEY = 'caregraph:token';

/** @returns {string | undefined} */
export const token = () => sessionStorage.getItem(KEY) ?? undefined;

/** `#token=…`: a fragment is never sent to a server. It does not stay in the address bar or the history either. */
export const takeTokenFromAddress = () => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  if (given !== '') sessionStorage.setItem(KEY, given);
  history.replaceState(null, '', location.pathname + location.search);
};

/** The editor reads its headers when it starts, so the page starts again. Open tabs and what was typed in them stay. */
export const useToken = (given) => {
  if (given === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, given);
  location.reload();
};

/** What the token says, for display only: whether it is any good is for the server to say. */
export const claimsOf = (given) => {
  try {
    const payload = given.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    return {};
  }
};
