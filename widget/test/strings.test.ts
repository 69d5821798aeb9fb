import { expect, test } from 'vitest';
import { fill, spoken, words } from '../src/strings';
import { ar } from '../src/strings/ar';
import { bubble } from '../src/strings/bubble';
import { en } from '../src/strings/en';
import { tr } from '../src/strings/tr';

const marks = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test.each([['tr', tr], ['ar', ar]] as const)('%s has every string, with the same marks', (_, other) => {
  expect(Object.keys(other)).toEqual(Object.keys(en));
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(marks(other[key]), key).toEqual(marks(en[key]));
    if (key !== 'answersIn') expect(other[key].trim(), key).not.toBe('');
    if (key !== 'dir') expect(other[key], key).not.toBe(en[key]);
  }
});

test('the launcher knows the same languages as the chat', async () => {
  expect(Object.keys(bubble).sort()).toEqual(['ar', 'en', 'tr']);
  for (const language of Object.keys(bubble)) {
    expect(spoken(language)).toBe(language);
    expect(Object.keys(bubble[language] ?? {})).toEqual(Object.keys(bubble['en'] ?? {}));
    expect((await words(language)).dir).toMatch(/^(ltr|rtl)$/);
  }
});

test('regional variants are their language, unknown ones are English', () => {
  expect(['tr-TR', 'EN-gb', 'de', '', 'constructor', undefined].map(spoken)).toEqual([
    'tr', 'en', 'en', 'en', 'en', 'en',
  ]);
});

test('marks are filled in, others left alone', () => {
  expect(fill('{n} of {m}', { n: 3 })).toBe('3 of {m}');
});
