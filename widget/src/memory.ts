// The one thing kept in the browser: the session's token, with the number of the last message
// read. Works without storage too; the conversation then ends with the page.

const KEY = 'mesobot-session';

export interface Kept {
  token: string | null;
  read: number;
}

let here: Kept = { token: null, read: 0 };

export function recall(): Kept {
  try {
    const { token, read } = JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? {};
    if (typeof token === 'string') here = { token, read: Number.isInteger(read) ? read : 0 };
  } catch {
    // no storage, or somebody else's words in it
  }
  return here;
}

/** `due`: an unseen answer; the launcher then loads the chat without being asked. */
export function keep(token: string, read: number, due: boolean): void {
  here = { token, read };
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...here, due }));
  } catch {
    // private windows may refuse
  }
}
