// When something was said, in the patient's own time zone and way of writing times.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Message } from '../protocol';
import type { View } from './view';

export function clockTime(iso: string, language: string): TemplateResult | typeof nothing {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return nothing;
  const shown = date.toLocaleTimeString(local(language), { hour: 'numeric', minute: '2-digit' });
  return html`<time datetime=${date.toISOString()}>${shown}</time>`;
}

/** The visitor's own variant of the language: 22:43 rather than 10:43 PM, where that is usual. */
function local(language: string): string {
  return navigator.languages.find((each) => each.split('-')[0] === language) ?? language;
}

/** A line with the day, where a message is of another day than the one before it. */
export function dayBreak(
  message: Message,
  before: Message | undefined,
  { language, words }: View,
): TemplateResult | typeof nothing {
  const day = new Date(message.time);
  if (Number.isNaN(day.getTime()) || sameDay(day, new Date(before?.time ?? ''))) return nothing;
  const now = new Date();
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (!before && sameDay(day, now)) return nothing;
  const shown = sameDay(day, now)
    ? words.today
    : sameDay(day, yesterday)
      ? words.yesterday
      : day.toLocaleDateString(local(language), { weekday: 'long', day: 'numeric', month: 'long' });
  return html`<li class="day"><span>${shown}</span></li>`;
}

const sameDay = (one: Date, other: Date): boolean => one.toDateString() === other.toDateString();
