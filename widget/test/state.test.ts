import { expect, test } from 'vitest';
import type { Message } from '../src/protocol';
import {
  answerDue, initial, lastSeq, openChoices, reduce, unread, type Event, type State,
} from '../src/state';

const bot = (seq: number, more: Partial<Message> = {}): Message => ({
  seq, from: 'bot', text: `answer ${seq}`, time: '', choices: [], links: [], ...more,
});
const patient = (seq: number, id: string): Message => ({
  seq, from: 'patient', text: 'hi', time: '', id, choices: [], links: [],
});
const after = (events: Event[], state: State = initial): State => events.reduce(reduce, state);
const session = (restored: boolean, known = true, read = 0): Event => ({
  type: 'session', known, read, session: { token: 't', restored, seq: 99, busy: false },
});
const say = (id: string): Event => ({ type: 'say', id, text: 'hi', time: '' });
const message = (each: Message): Event => ({ type: 'message', message: each });

test('messages are kept in order, each once', () => {
  const state = after([session(false), message(bot(1)), message(bot(2)), message(bot(2)), message(bot(1))]);
  expect(state.messages.map(({ seq }) => seq)).toEqual([1, 2]);
});

test('a message that comes too early waits for the missing one', () => {
  const waiting = after([session(false), message(bot(1)), message(bot(3))]);
  expect(lastSeq(waiting)).toBe(1);
  expect(waiting.early).toHaveLength(1);
  const whole = after([message(bot(2))], waiting);
  expect(whole.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(whole.early).toHaveLength(0);
});

test('a history may begin late, when only the last messages are replayed', () => {
  const state = after([session(true), { type: 'history', messages: [bot(41), bot(42)] }]);
  expect(state.messages.map(({ seq }) => seq)).toEqual([41, 42]);
});

test('the message that was sent becomes the one that the server gives back', () => {
  const state = after([session(false), say('a'), { type: 'sending', id: 'a' }, message(patient(1, 'a'))]);
  expect(state.outbox).toHaveLength(0);
  expect(state.messages).toHaveLength(1);
});

test('what was not confirmed when the line broke waits again', () => {
  const state = after([session(false), say('a'), { type: 'sending', id: 'a' }, { type: 'lost' }]);
  expect(state.outbox[0]?.status).toBe('waiting');
  expect(state.connection).toBe('lost');
});

test('an element that is taken out of the page can begin again', () => {
  const state = after([session(false), say('a'), { type: 'sending', id: 'a' }, { type: 'left' }, { type: 'connecting' }]);
  expect(state.outbox[0]?.status).toBe('waiting');
  expect(state.connection).toBe('connecting');
});

test('a restored session keeps the messages on the screen', () => {
  const state = after([session(false), message(bot(1)), { type: 'lost' }, session(true)]);
  expect(state.messages).toHaveLength(1);
  expect(state.startedAnew).toBe(false);
});

test('a new session empties the screen, keeps what is unsent, and says so', () => {
  const state = after([session(false), message(bot(1)), { type: 'lost' }, say('a'), session(false)]);
  expect(state.messages).toHaveLength(0);
  expect(state.outbox.map(({ id }) => id)).toEqual(['a']);
  expect(state.startedAnew).toBe(true);
});

test('another conversation than the one on the screen replaces it', () => {
  const state = after([
    session(false), message(bot(1)), { type: 'lost' }, session(true, false, 2),
    { type: 'history', messages: [bot(1), bot(2), bot(3)] },
  ]);
  expect(state.messages).toHaveLength(3);
  expect(unread(state)).toBe(1);
});

test('a server that knows less than the screen is believed: it sends everything again', () => {
  const known = after([session(false), message(bot(1)), message(bot(2)), { type: 'lost' }]);
  const behind: Event = {
    type: 'session', known: true, read: 0, session: { token: 't', restored: true, seq: 1, busy: false },
  };
  const state = after([behind, { type: 'history', messages: [bot(1)] }], known);
  expect(state.messages.map(({ seq }) => seq)).toEqual([1]);
});

test('a cleared chat is empty and was not "ended"', () => {
  const state = after([session(false), message(bot(1)), say('a'), { type: 'cleared' }, session(false)]);
  expect([state.messages.length, state.outbox.length, state.startedAnew]).toEqual([0, 0, false]);
});

test('answers count as unread until the chat is open', () => {
  const closed = after([session(false), message(patient(1, 'a')), message(bot(2)), message(bot(3))]);
  expect(unread(closed)).toBe(2);
  expect(unread(after([{ type: 'opened' }], closed))).toBe(0);
  expect(unread(after([{ type: 'opened' }, message(bot(4))], closed))).toBe(0);
  expect(unread(after([{ type: 'opened' }, { type: 'closed' }, message(bot(4))], closed))).toBe(1);
});

test('an answer is due while the last word is the patient’s', () => {
  expect(answerDue(after([session(false), message(patient(1, 'a'))]))).toBe(true);
  expect(answerDue(after([{ type: 'opened' }, message(patient(1, 'a')), message(bot(2))]))).toBe(false);
});

test('only the last answer’s choices are open, and only until something is said', () => {
  const choices = [{ title: 'A', value: 'a' }];
  const state = after([session(false), message(bot(1, { choices }))]);
  expect(openChoices(state)?.seq).toBe(1);
  expect(openChoices(after([say('x')], state))).toBeUndefined();
  expect(openChoices(after([message(patient(2, 'y'))], state))).toBeUndefined();
  expect(openChoices(after([message(bot(2))], state))).toBeUndefined();
});

test('a refused message leaves the choices open', () => {
  const choices = [{ title: 'A', value: 'a' }];
  const events: Event[] = [message(bot(1, { choices })), say('x'), { type: 'failed', id: 'x', problem: '' }];
  expect(openChoices(after(events))?.seq).toBe(1);
});

test('an answer ends the typing sign, one’s own message does not', () => {
  const typing = after([session(false), { type: 'typing', on: true }]);
  expect(after([message(patient(1, 'a'))], typing).typing).toBe(true);
  expect(after([message(bot(1))], typing).typing).toBe(false);
});

test('a refused message can be sent again or taken back', () => {
  const failed = after([say('a'), { type: 'failed', id: 'a', problem: 'Too long.' }]);
  expect(failed.outbox[0]).toMatchObject({ status: 'failed', problem: 'Too long.' });
  const again = after([{ type: 'again', id: 'a' }], failed);
  expect(again.outbox[0]).toEqual({ id: 'a', text: 'hi', time: '', status: 'waiting' });
  expect(after([{ type: 'forget', id: 'a' }], failed).outbox).toHaveLength(0);
});
