import { expect, test } from 'vitest';
import type { Message } from '../src/protocol';
import { rounded } from '../src/views/composer';
import { shown } from '../src/views/entry';

const message = (text: string, more: Partial<Message> = {}): Message => ({
  seq: 1,
  from: 'bot',
  time: '',
  text,
  choices: [],
  links: [],
  ...more,
});
const choices = ['WhatsApp', 'E-mail'].map((title) => ({ title, value: title }));

test('a list of the choices is not shown above their buttons', () => {
  const asked = 'How should the clinic reach you? 1. WhatsApp 2. E-mail';
  expect(shown(message(asked, { choices }))).toBe('How should the clinic reach you?');
  expect(shown(message(asked))).toBe(asked);
  expect(shown(message('1. WhatsApp 2. E-mail, please', { choices }))).toContain('2. E-mail');
  expect(shown(message('1. WhatsApp 2. E-mail', { choices }))).toBe('1. WhatsApp 2. E-mail');
});

test('a number is not broken over two lines', () => {
  const links = [{ kind: 'whatsapp' as const, href: 'https://wa.me/90', text: '+90 543 20' }];
  expect(shown(message('Call +90 543 20 or 112', { links }))).toBe('Call +90\u00a0543\u00a020 or 112');
});

test('characters left are said in tens, the last ones singly', () => {
  expect([150, 149, 141, 140, 21, 20, 19, 1, 0].map(rounded)).toEqual([150, 150, 150, 140, 30, 20, 19, 1, 0]);
});
