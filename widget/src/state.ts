// All that the chat knows, and how each event changes it. Pure: no clock, no network, no DOM.

import type { Message, Session } from './protocol';

/** `outdated`: the server speaks a newer protocol than this page. */
export type Connection = 'idle' | 'connecting' | 'online' | 'lost' | 'offline' | 'outdated';

/** A message of the patient that the server has not given back yet. */
export interface Outgoing {
  id: string;
  text: string;
  time: string;
  status: 'waiting' | 'sending' | 'sent' | 'failed';
  problem?: string;
}

export interface State {
  messages: readonly Message[];
  /** Messages that came before one that is still missing. */
  early: readonly Message[];
  outbox: readonly Outgoing[];
  connection: Connection;
  /** Failed attempts in a row. */
  attempts: number;
  typing: boolean;
  open: boolean;
  /** Number of the last message that the patient has seen. */
  read: number;
  limitedUntil: number;
  /** The server no longer has the conversation that was on the screen. */
  startedAnew: boolean;
}

export type Event =
  | { type: 'connecting' | 'lost' | 'offline' | 'outdated' | 'left' | 'opened' | 'closed' | 'cleared' }
  /** `known`: the conversation on the screen is the one that the server was asked for. */
  | { type: 'session'; session: Session; known: boolean; read: number }
  | { type: 'history'; messages: Message[] }
  | { type: 'message'; message: Message }
  | { type: 'typing'; on: boolean }
  | { type: 'say'; id: string; text: string; time: string }
  | { type: 'sending' | 'sent' | 'again' | 'forget'; id: string }
  | { type: 'undelivered'; id: string; problem?: string }
  | { type: 'failed'; id: string; problem: string }
  | { type: 'limited'; until: number };

export const initial: State = {
  messages: [],
  early: [],
  outbox: [],
  connection: 'idle',
  attempts: 0,
  typing: false,
  open: false,
  read: 0,
  limitedUntil: 0,
  startedAnew: false,
};

export const lastSeq = (state: State): number => state.messages.at(-1)?.seq ?? 0;

export const unread = (state: State): number =>
  state.messages.filter(({ seq, from }) => from === 'bot' && seq > state.read).length;

/** An answer is on its way, or one has come that the patient has not seen. */
export const answerDue = (state: State): boolean =>
  unread(state) > 0 || state.typing || state.messages.at(-1)?.from === 'patient';

/** The message whose choices can still be taken: the last word is the assistant's. */
export function openChoices(state: State): Message | undefined {
  const last = state.messages.at(-1);
  const nothingSaid = state.outbox.every(({ status }) => status === 'failed');
  return last?.from === 'bot' && last.choices.length && nothingSaid ? last : undefined;
}

export function reduce(state: State, event: Event): State {
  const next = change(state, event);
  return next.open ? { ...next, read: Math.max(next.read, lastSeq(next)) } : next;
}

function change(state: State, event: Event): State {
  switch (event.type) {
    case 'connecting':
      return state.connection === 'idle' ? { ...state, connection: 'connecting' } : state;
    case 'lost':
      return {
        ...undelivered(state),
        connection: 'lost',
        attempts: state.attempts + 1,
        typing: false,
      };
    case 'offline':
    case 'outdated':
      return { ...undelivered(state), connection: event.type, typing: false };
    case 'left': // the element was taken out of the page; it may be put in again
      return { ...undelivered(state), connection: 'idle', typing: false };
    case 'opened':
      return { ...state, open: true };
    case 'closed':
      return { ...state, open: false };
    case 'session':
      return begin(state, event.session, event.known, event.read);
    case 'history':
      return taken(state, event.messages, true);
    case 'message':
      return taken(state, [event.message], false);
    case 'typing':
      return { ...state, typing: event.on };
    case 'cleared':
      return { ...emptied(state), outbox: [], startedAnew: false };
    case 'limited':
      return { ...state, limitedUntil: event.until };
    case 'say':
      return {
        ...state,
        outbox: [
          ...state.outbox,
          { id: event.id, text: event.text, time: event.time, status: 'waiting' },
        ],
      };
    case 'sending':
    case 'sent':
      return marked(state, event.id, event.type);
    case 'again':
      return marked(state, event.id, 'waiting');
    case 'undelivered':
      return marked(state, event.id, 'waiting', event.problem || undefined);
    case 'failed':
      return marked(state, event.id, 'failed', event.problem);
    case 'forget':
      return { ...state, outbox: state.outbox.filter(({ id }) => id !== event.id) };
  }
}

function begin(state: State, session: Session, known: boolean, read: number): State {
  const online: State = {
    ...state,
    connection: 'online',
    attempts: 0,
    typing: session.busy,
    early: [],
  };
  const complete = session.seq >= lastSeq(state); // otherwise the server sends everything again
  if (session.restored && known && complete) return online;
  const outbox = online.outbox.filter(({ status }) => status !== 'sent');
  const empty = { ...emptied(online), typing: session.busy, outbox };
  return session.restored
    ? { ...empty, read }
    : { ...empty, startedAnew: state.startedAnew || state.messages.length > 0 };
}

const emptied = (state: State): State => ({
  ...state,
  messages: [],
  early: [],
  read: 0,
  typing: false,
});

function undelivered(state: State): State {
  return {
    ...state,
    outbox: state.outbox.map((each) =>
      each.status === 'sending' ? { ...each, status: 'waiting' } : each,
    ),
  };
}

function marked(
  state: State,
  id: string,
  status: Outgoing['status'],
  problem?: string,
): State {
  return {
    ...state,
    outbox: state.outbox.map((each) => {
      if (each.id !== id) return each;
      const { problem: _, ...rest } = each;
      return problem === undefined ? { ...rest, status } : { ...rest, status, problem };
    }),
  };
}

/** Messages put where they belong; what comes too early waits for the missing one. */
function taken(state: State, incoming: Message[], mayStartLate: boolean): State {
  const messages = [...state.messages];
  const waiting = new Map(
    [...state.early, ...incoming].map((message) => [message.seq, message] as const),
  );
  const sorted = [...waiting.values()].sort((a, b) => a.seq - b.seq);
  const early: Message[] = [];
  for (const message of sorted) {
    const last = messages.at(-1)?.seq ?? 0;
    const historyBegins = mayStartLate && message === sorted[0];
    if (message.seq === last + 1 || (historyBegins && message.seq > last)) messages.push(message);
    else if (message.seq > last) early.push(message);
  }
  const placed = new Set(messages.flatMap(({ id }) => (id ? [id] : [])));
  const answered = messages.length > state.messages.length && messages.at(-1)?.from === 'bot';
  return {
    ...state,
    messages,
    early,
    outbox: state.outbox.filter(({ id }) => !placed.has(id)),
    typing: state.typing && !answered,
  };
}
