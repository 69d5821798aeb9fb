// Where the patient writes. Enter sends, Shift and Enter makes a new line. Too long a text is said to
// be too long but not held back: the assistant still looks for an emergency in it.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { up } from '../icons';
import { offered } from '../digits';
import { fill } from '../strings';
import type { View } from './view';

export function composer(view: View): TemplateResult {
  const { words, draft, facts, actions } = view;
  const left = facts.longestMessage - draft.length;
  return html`<form class="composer" @submit=${actions.submit}>
    <p class="hint" id="hint" role="status">${hint(left, view)}</p>
    <label class="hidden" for="draft">${words.message}</label>
    <textarea
      id="draft"
      rows="1"
      dir="auto"
      enterkeyhint="send"
      autocomplete="off"
      aria-describedby="hint"
      aria-invalid=${left < 0 ? 'true' : nothing}
      placeholder=${words.placeholder}
      .value=${live(draft)}
      @input=${actions.typed}
      @keydown=${actions.key}
    ></textarea>
    <button class="send" aria-label=${words.send} title=${words.send} ?disabled=${!draft.trim()}>
      ${up}
    </button>
  </form>`;
}

/** To tens until it matters: a screen reader reads each change, and each letter would be one. */
export const rounded = (left: number): number => (left > 20 ? Math.ceil(left / 10) * 10 : left);

function hint(left: number, { words, pointed, state, options, facts }: View): string {
  if (left < 0) return fill(words.tooLong, { n: -left });
  if (left <= facts.longestMessage * 0.15) return fill(words.left, { n: rounded(left) });
  const choice = offered(state, options.suggestions)[pointed - 1];
  return choice ? fill(words.chosen, { title: choice.title }) : '';
}
