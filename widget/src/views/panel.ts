// The panel: header, conversation, state of the connection, input.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import { connectionSentence } from '../announcements';
import { bin, down, mark } from '../icons';
import { openChoices } from '../state';
import { fill } from '../strings';
import { composer } from './composer';
import { confirmation } from './confirmation';
import { incoming, outgoing } from './entry';
import { welcome } from './welcome';
import { dayBreak } from './times';
import type { View } from './view';

export function panel(view: View): TemplateResult {
  const { words, actions, options } = view;
  return html`<div class="body" ?inert=${view.confirming}>
      <div class="head">
      ${mark}
      <div class="names">
        <h2 id="title" tabindex="-1">${options.title ?? words.title}</h2>
        <p>${words.subtitle}</p>
      </div>
      <button class="round" aria-label=${words.clear} title=${words.clear} @click=${actions.askClear}>
        ${bin}
      </button>
      <button class="round" aria-label=${words.close} title=${words.close} @click=${actions.close}>
        ${down}
      </button>
    </div>
    ${conversation(view)} ${status(view)} ${composer(view)}
    </div>
    ${confirmation(view)}`;
}

/** The announcers speak, not the log: it also holds times, sources and buttons. */
function conversation(view: View): TemplateResult {
  const { state, words } = view;
  const open = openChoices(state);
  return html`<div class="log" role="log" aria-live="off" aria-label=${words.log} tabindex="0">
    ${welcome(view)}
    <ol class="entries" role="list">
      ${state.messages.map(
        (message, index) => html`${dayBreak(message, state.messages[index - 1], view)}
        ${incoming(message, message === open, view)}`,
      )}
      ${state.outbox.map((message) => outgoing(message, view))}
    </ol>
    <div class="typing" aria-hidden="true" ?hidden=${!state.typing}><i></i><i></i><i></i></div>
  </div>`;
}

/** Where nothing can be sent or answered, the emergency number is said beside it. */
function status({ state, words, facts, limitedFor, clearFailed }: View): TemplateResult | typeof nothing {
  const trouble = connectionSentence(state, words);
  const sentence =
    trouble ||
    (limitedFor > 0 && fill(words.limited, { n: limitedFor })) ||
    (clearFailed && words.clearFailed) ||
    (state.connection === 'connecting' && words.connecting) ||
    (state.startedAnew && words.startedAnew);
  const kind = trouble ? state.connection : limitedFor > 0 ? 'limited' : 'calm';
  const number = facts.emergencyNumber;
  const urgent = kind === 'calm' ? '' : ` ${fill(words.inEmergency, { number })}`;
  return sentence ? html`<p class="status ${kind}"><span>${sentence}${urgent}</span></p>` : nothing;
}
