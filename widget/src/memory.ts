// The one thing kept in the browser: the session's token, with the number of the last message
// read, and a random number that brings all tabs of it to the same server. Works without storage too; the conversation then ends with the page.

const KEY = 'mesobot-session';

export interface Kept {
  token: string | null;
  read: number;
  route: string;
}

const ROUTE = /^[0-9a-f]{16}$/;
const fresh = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

let here: Kept = { token: null, read: 0, route: fresh() };

export function recall(): Kept {
  try {
    const { token, read, route } = JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? {};
    if (typeof token === 'string')
      here = {
        token,
        read: Number.isInteger(read) ? read : 0,
        route: ROUTE.test(route) ? route : here.route,
      };
  } catch {
    // no storage, or somebody else's words in it
  }
  return here;
}

/** `due`: an unseen answer; the launcher then loads the chat without being asked. */
export function keep(token: string, read: number, due: boolean): void {
  here = { ...here, token, read };
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...here, due }));
  } catch {
    // private windows may refuse
  }
}
