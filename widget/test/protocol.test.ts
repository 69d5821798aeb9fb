import { expect, test } from 'vitest';
import { readAck, readFacts, readHistory, readMessage, readSession } from '../src/protocol';

const valid = { seq: 1, from: 'bot', text: 'Hello', time: '2026-11-24T07:12:00Z' };

test('a whole message is read', () => {
  const whole = {
    ...valid, label: 'From the article', lang: 'en', alarm: 'distress',
    choices: [{ title: 'A', value: 'a' }], links: [{ kind: 'web', href: 'https://a.example', text: 'A' }],
  };
  expect(readMessage(whole)).toEqual(whole);
});

test.each([
  null, undefined, 'text', 7, [], {},
  { ...valid, seq: 0 }, { ...valid, seq: -1 }, { ...valid, seq: 1.5 }, { ...valid, seq: '1' },
  { ...valid, from: 'admin' }, { ...valid, text: { toString: 'x' } }, { ...valid, text: undefined },
])('%j is no message', (value) => {
  expect(readMessage(value)).toBeUndefined();
});

test('odd parts of a message are left out', () => {
  const odd = {
    ...valid, alarm: 'panic', label: 5, lang: null, choices: [{ title: 'A' }, null, 'x'],
    links: [{ kind: 'script', href: 'https://a.example' }, { kind: 'web', href: 5 }],
  };
  expect(readMessage(odd)).toEqual({ ...valid, choices: [], links: [] });
});

test('a history skips what it cannot read', () => {
  expect(readHistory({ messages: [valid, null, { seq: 2 }] })).toHaveLength(1);
  expect(readHistory('nothing')).toEqual([]);
});

test('sessions, acknowledgements and facts have safe defaults', () => {
  expect(readSession({})).toBeUndefined();
  expect(readSession({ token: 't' })).toEqual({ token: 't', restored: false, seq: 0, busy: false });
  expect(readAck(undefined)).toEqual({ ok: false });
  expect(readAck({ ok: 'yes' }).ok).toBe(false);
  expect(readFacts({ emergency_number: '112;evil' })).toEqual({ emergencyNumber: '112', longestMessage: 1000 });
});
