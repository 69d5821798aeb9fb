import { beforeEach, expect, test, vi } from 'vitest';
import type { Ack } from '../src/protocol';
import { Sender } from '../src/sender';
import { initial, reduce, type Event, type State } from '../src/state';

let state: State;
let sent: [string, string][];
let answers: (Ack | Error | Promise<Ack>)[];
let later: { run: () => void; milliseconds: number }[];
let now: number;
let sender: Sender;

const dispatch = (event: Event): void => {
  state = reduce(state, event);
};
const online: Event = {
  type: 'session', known: true, read: 0, session: { token: 't', restored: true, seq: 0, busy: false },
};
const say = (id: string): void => dispatch({ type: 'say', id, text: `text ${id}`, time: '' });
const statuses = (): string[] => state.outbox.map(({ status }) => status);

beforeEach(() => {
  [state, sent, answers, later, now] = [initial, [], [], [], 1000];
  dispatch(online);
  sender = new Sender({
    state: () => state,
    dispatch,
    emit: async (id, text) => {
      sent.push([id, text]);
      const answer = answers.shift() ?? { ok: true };
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => now,
    later: (run, milliseconds) => later.push({ run, milliseconds }),
  });
});

test('messages leave in order, one at a time', async () => {
  let confirm: (ack: Ack) => void = () => undefined;
  answers = [new Promise((resolve) => { confirm = resolve; })];
  say('a');
  say('b');
  const pumping = sender.pump();
  await Promise.resolve();
  expect(sent.map(([id]) => id)).toEqual(['a']);
  await sender.pump(); // pumping twice sends nothing twice
  expect(sent).toHaveLength(1);
  confirm({ ok: true });
  await pumping;
  expect(sent.map(([id]) => id)).toEqual(['a', 'b']);
});

test('nothing is sent while there is no connection', async () => {
  dispatch({ type: 'offline' });
  say('a');
  await sender.pump();
  expect(sent).toHaveLength(0);
  dispatch(online);
  await sender.pump();
  expect(sent).toEqual([['a', 'text a']]);
});

test('without a confirmation it is sent again with the same id', async () => {
  answers = [new Error('timeout'), { ok: true }];
  say('a');
  await sender.pump();
  expect(statuses()).toEqual(['waiting']);
  later[0]?.run();
  await vi.waitFor(() => expect(statuses()).toEqual(['sent']));
  expect(sent).toEqual([['a', 'text a'], ['a', 'text a']]);
});

test('later messages never overtake one that failed for now', async () => {
  answers = [{ ok: false, error: 'unavailable', text: 'Please try WhatsApp.' }];
  say('a');
  say('b');
  await sender.pump();
  expect(sent.map(([id]) => id)).toEqual(['a']);
  expect(statuses()).toEqual(['waiting', 'waiting']);
  expect(state.outbox[0]?.problem).toBe('Please try WhatsApp.'); // what else can be done is shown
});

test('pauses grow while the server is unavailable', async () => {
  answers = Array.from({ length: 7 }, () => ({ ok: false, error: 'unavailable' }));
  say('a');
  for (let i = 0; i < 7; i++) await sender.pump();
  expect(later.map(({ milliseconds }) => Math.floor(milliseconds / 1000))).toEqual([1, 2, 5, 10, 20, 20, 20]);
});

test('too many at once: it waits as long as it is told, then goes on', async () => {
  answers = [{ ok: false, error: 'rate_limited', retryAfter: 7 }];
  say('a');
  await sender.pump();
  expect(state.limitedUntil).toBe(8000);
  now = 7999;
  await sender.pump();
  expect(sent).toHaveLength(1);
  now = 8020;
  later[0]?.run();
  await vi.waitFor(() => expect(statuses()).toEqual(['sent']));
});

test('a message that can never be taken is shown as such, and the next one goes', async () => {
  answers = [{ ok: false, error: 'too_long', text: 'That is too long.' }, { ok: true }];
  say('a');
  say('b');
  await sender.pump();
  expect(statuses()).toEqual(['failed', 'sent']);
  expect(state.outbox[0]?.problem).toBe('That is too long.');
});
