// Numbered choices by keyboard: a digit alone in the input points at a choice, Enter takes it.
// Not at once on the key: "3 weeks ago" begins with a digit, too.

import type { Choice } from './protocol';
import { openChoices, type State } from './state';

/** The choices that can be taken now. */
export function offered(state: State, suggestions: Choice[]): Choice[] {
  const untouched = !state.messages.length && !state.outbox.length;
  return openChoices(state)?.choices ?? (untouched ? suggestions : []);
}

/** Number of the choice that the typed text points at, 0 for none. */
export function pointedAt(draft: string, choices: Choice[]): number {
  const number = /^[1-9]$/.test(draft.trim()) ? Number(draft) : 0;
  return number <= choices.length ? number : 0;
}
