// What a screen reader is told when something changes. Said by three mute-until-changed regions
// that exist before their first words: messages, urgent messages, connection.

import type { Strings } from './strings';
import { fill } from './strings';
import { lastSeq, unread, type Connection, type State } from './state';

export interface Said {
  messages?: string;
  urgent?: string;
  connection?: string;
  unread?: string;
}

const TROUBLE: readonly Connection[] = ['lost', 'offline'];

export function connectionSentence(state: State, words: Strings): string {
  if (state.connection === 'offline') return words.offline;
  if (state.connection === 'outdated') return words.outdated;
  if (state.connection === 'lost') return state.attempts > 3 ? words.unreachable : words.lost;
  return '';
}

export function unreadSentence(count: number, words: Strings): string {
  return count ? (count === 1 ? words.unreadOne : fill(words.unreadMany, { n: count })) : '';
}

export function announce(before: State, after: State, words: Strings): Said {
  const said: Said = {};
  // What was read before the page was loaded anew is not read out again.
  const known = Math.max(lastSeq(before), before.read);
  const fresh = after.messages.filter(({ seq, from }) => from === 'bot' && seq > known);
  const replay = after.messages.length - before.messages.length > 4;
  if (fresh.length && !replay) {
    const text = fresh.map((message) => `${words.assistant}: ${message.text}`).join('\n');
    said[fresh.some(({ alarm }) => alarm) ? 'urgent' : 'messages'] = text;
  }
  if (connectionSentence(before, words) !== connectionSentence(after, words)) {
    const back = TROUBLE.includes(before.connection) && after.connection === 'online';
    said.connection = connectionSentence(after, words) || (back ? words.online : '');
  }
  if (after.limitedUntil > before.limitedUntil) {
    const n = Math.ceil((after.limitedUntil - Date.now()) / 1000);
    said.connection = fill(words.limited, { n });
  }
  const failed = after.outbox.find(
    ({ id, status }) =>
      status === 'failed' && !before.outbox.some((o) => o.id === id && o.status === 'failed'),
  );
  if (failed) said.connection = `${words.notSent} ${failed.problem ?? ''}`.trim();
  if (!after.open && unread(after) !== unread(before)) {
    said.unread = unreadSentence(unread(after), words);
  }
  return said;
}
