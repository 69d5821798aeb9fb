import { expect, test } from 'vitest';
import { announce } from '../src/announcements';
import type { Message } from '../src/protocol';
import { initial, reduce, type State } from '../src/state';
import { en } from '../src/strings/en';

const bot = (seq: number): Message => ({
  seq, from: 'bot', text: `answer ${seq}`, time: '', choices: [], links: [],
});
const shown = (before: State, messages: Message[]): string | undefined =>
  announce(before, reduce(before, { type: 'history', messages }), en).messages;

test('after a reload only what was not read yet is read out', () => {
  const reloaded: State = { ...initial, connection: 'online', read: 1 };
  expect(shown(reloaded, [bot(1)])).toBeUndefined();
  expect(shown(reloaded, [bot(1), bot(2)])).toBe('Assistant: answer 2');
});
