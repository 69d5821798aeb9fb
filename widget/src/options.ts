// What the site's owner sets, as data- attributes on the script tag or on <mesobot-chat>.

import type { Choice } from './protocol';
import { safeHref } from './links';
import { suggestions, suggestionsLanguage } from './suggestions';

export interface Options {
  language: string | undefined;
  direction: string | undefined;
  title: string | undefined;
  greeting: string | undefined;
  privacyLink: string | undefined;
  suggestions: Choice[];
  suggestionsLanguage: string | undefined;
}

export function readOptions(data: DOMStringMap): Options {
  const own = data['suggestions']?.split('|').map((each) => each.trim()).filter(Boolean);
  const direction = data['direction'];
  return {
    language: data['language'] ?? (document.documentElement.lang || undefined),
    direction: direction === 'rtl' || direction === 'ltr' ? direction : undefined,
    title: data['title'],
    greeting: data['greeting'],
    privacyLink: data['privacyLink'] && safeHref('web', data['privacyLink']),
    suggestions: (own ?? suggestions).map((text) => ({ title: text, value: text })),
    suggestionsLanguage: own ? undefined : suggestionsLanguage,
  };
}
