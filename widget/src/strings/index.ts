import { en, type Strings } from './en';

export type { Strings };

/** English comes with the chat, other languages when they are wanted. */
const languages: Record<string, () => Promise<Strings>> = {
  en: async () => en,
  ar: async () => (await import('./ar')).ar,
  tr: async () => (await import('./tr')).tr,
};

/** The language to speak: the wanted one ("tr-TR" is Turkish), otherwise English. */
export function spoken(wanted: string | undefined): string {
  const short = (wanted ?? '').toLowerCase().split('-')[0] ?? '';
  return Object.hasOwn(languages, short) ? short : 'en';
}

export const words = async (language: string): Promise<Strings> =>
  (languages[language] ?? (async () => en))();

/** A string with its marks filled in: fill('{n} left', { n: 3 }). */
export const fill = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (mark, name: string) => String(values[name] ?? mark));
