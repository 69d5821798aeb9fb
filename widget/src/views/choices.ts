// Ready answers below a message: buttons while they can be taken, faded afterwards.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Choice, Message } from '../protocol';
import type { View } from './view';

export function choices(message: Message, open: boolean, view: View): TemplateResult | typeof nothing {
  if (!message.choices.length) return nothing;
  return html`<div
    class="choices ${open ? '' : 'used'}"
    role="group"
    aria-label=${view.words.replies}
  >
    ${message.choices.map((choice, index) =>
      button(choice, index + 1, open, message.lang, taken(message, choice, view), view),
    )}
  </div>`;
}

export function button(
  choice: Choice,
  number: number,
  open: boolean,
  lang: string | undefined,
  chosen: boolean,
  { pointed, actions }: View,
): TemplateResult {
  const look = `${open && pointed === number ? 'pointed' : ''} ${chosen ? 'taken' : ''}`;
  return html`<button
    class="chip ${look}"
    ?disabled=${!open}
    lang=${lang ?? nothing}
    @click=${() => actions.choose(choice)}
  >
    ${number < 10 ? html`<span class="number" aria-hidden="true">${number}</span>` : nothing}<span
      dir="auto"
      >${choice.title}</span
    >
  </button>`;
}

/** Whether the patient's next message was this choice. */
function taken(message: Message, choice: Choice, { state }: View): boolean {
  const place = state.messages.indexOf(message);
  const next = state.messages[place + 1] ?? (place >= 0 ? state.outbox[0] : undefined);
  return next?.text === choice.value;
}
