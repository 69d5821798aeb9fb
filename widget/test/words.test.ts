import { expect, test } from 'vitest';
import { announce } from '../src/announcements';
import { offered, pointedAt } from '../src/digits';
import type { Message } from '../src/protocol';
import { initial, reduce, type Event, type State } from '../src/state';
import { en } from '../src/strings/en';

const bot = (seq: number, more: Partial<Message> = {}): Message => ({
  seq, from: 'bot', text: `answer ${seq}`, time: '', choices: [], links: [], ...more,
});
const said = (state: State, event: Event): ReturnType<typeof announce> =>
  announce(state, reduce(state, event), en);
const open: State = { ...initial, open: true, connection: 'online' };

test('an answer is announced with who said it', () => {
  expect(said(open, { type: 'message', message: bot(1) })).toEqual({ messages: 'Assistant: answer 1' });
});

test('an alarm is announced at once', () => {
  const alarm = bot(1, { alarm: 'medical_emergency' });
  expect(said(open, { type: 'message', message: alarm })).toEqual({ urgent: 'Assistant: answer 1' });
});

test('a replayed history is not read out', () => {
  const messages = [1, 2, 3, 4, 5, 6].map((seq) => bot(seq));
  expect(said(open, { type: 'history', messages })).toEqual({});
});

test('with the chat closed the number of unread messages is said as well', () => {
  const closed: State = { ...open, open: false };
  expect(said(closed, { type: 'message', message: bot(1) }).unread).toBe('1 new message');
});

test('the connection is spoken of when it breaks and when it is back, not when it begins', () => {
  expect(said(open, { type: 'lost' }).connection).toBe(en.lost);
  const lost = reduce(open, { type: 'lost' });
  const session: Event = {
    type: 'session', known: true, read: 0, session: { token: 't', restored: true, seq: 0, busy: false },
  };
  expect(said(lost, session).connection).toBe(en.online);
  expect(said(initial, session).connection).toBeUndefined();
});

test('a digit alone points at a choice, anything else does not', () => {
  const choices = [{ title: 'A', value: 'a' }, { title: 'B', value: 'b' }];
  expect(['1', ' 2 ', '3', '0', '12', '2 weeks', 'b', ''].map((text) => pointedAt(text, choices))).toEqual(
    [1, 2, 0, 0, 0, 0, 0, 0],
  );
});

test('first questions are offered until something is said', () => {
  const first = [{ title: 'A', value: 'a' }];
  expect(offered(open, first)).toEqual(first);
  expect(offered(reduce(open, { type: 'message', message: bot(1) }), first)).toEqual([]);
});
