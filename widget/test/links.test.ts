import { expect, test } from 'vitest';
import { linkify, safeHref } from '../src/links';

const linked = (text: string): string[] =>
  linkify(text).flatMap((part) => (typeof part === 'string' ? [] : [part.href]));
const whole = (text: string): string =>
  linkify(text).map((part) => (typeof part === 'string' ? part : part.href)).join('');

test.each([
  ['https://clinic.example', ['https://clinic.example']],
  ['Write: https://wa.me/905431974320.', ['https://wa.me/905431974320']],
  ['(see https://clinic.example/a?b=c#d)', ['https://clinic.example/a?b=c#d']],
  ['https://a.example, https://b.example!', ['https://a.example', 'https://b.example']],
  ['no address at all', []],
])('%s', (text, expected) => {
  expect(linked(text)).toEqual(expected);
  expect(whole(text)).toBe(text);
});

test.each([
  'http://clinic.example',
  'HTTPS://clinic.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//https://',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'https://clinic.example@evil.example',
  'https://user:secret@evil.example/',
  'https://сlinic.example', // the first letter is Cyrillic
  'https://evil.example\u202egpj.exe',
  'https://CLINIC.example',
  'https://clinic.example:443/',
  'https://clinic.example/../x',
  'https://',
  '//evil.example',
  'ftp://evil.example',
  'https:evil.example',
  'https:\\\\evil.example',
])('%s is text, not a link', (text) => {
  expect(linked(text)).toEqual([]);
  expect(whole(text)).toBe(text);
});

test.each([
  ['web', 'https://clinic.example/a', 'https://clinic.example/a'],
  ['whatsapp', 'https://wa.me/905431974320?text=Hello', 'https://wa.me/905431974320?text=Hello'],
  ['email', 'mailto:hello@clinic.example', 'mailto:hello@clinic.example'],
  ['email', 'mailto:hello@clinic.example?subject=Hi', 'mailto:hello@clinic.example?subject=Hi'],
  ['tel', 'tel:112', 'tel:112'],
  ['tel', 'tel:+90-543-197', 'tel:+90-543-197'],
] as const)('%s %s is opened', (kind, href, expected) => {
  expect(safeHref(kind, href)).toBe(expected);
});

test.each([
  ['web', 'javascript:alert(1)'],
  ['web', ' javascript:alert(1)'],
  ['web', 'java\nscript:alert(1)'],
  ['web', 'http://clinic.example'],
  ['web', 'data:text/html,x'],
  ['web', 'blob:https://clinic.example/1'],
  ['web', 'https://a:b@clinic.example'],
  ['web', 'not an address'],
  ['whatsapp', 'https://evil.example/905431974320'],
  ['whatsapp', 'https://wa.me.evil.example/1'],
  ['email', 'mailto:a@b.example?cc=x@evil.example'],
  ['email', 'mailto:a@b.example?bcc=x@evil.example'],
  ['email', 'javascript:alert(1)//a@b'],
  ['tel', 'tel:112;javascript:alert(1)'],
  ['tel', 'javascript:112'],
] as const)('%s %s is not opened', (kind, href) => {
  expect(safeHref(kind, href)).toBeUndefined();
});
