// What the chat says of itself before anything is asked: who answers, and what becomes of it.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import { safeHref } from '../links';
import { button } from './choices';
import type { View } from './view';

export function welcome(view: View): TemplateResult {
  const { words, options, facts, state } = view;
  const privacy = options.privacyLink ?? (facts.privacyLink && safeHref('web', facts.privacyLink));
  const untouched = !state.messages.length && !state.outbox.length;
  return html`<section class="welcome">
    <h3 dir="auto">${options.greeting ?? words.greeting}</h3>
    <p>${words.disclosure} ${words.scope}</p>
    <p class="small">
      ${words.answersIn} ${words.privacy}
      ${privacy
        ? html`<a href=${privacy} target="_blank" rel="noopener noreferrer"
            >${words.privacyLink}<span class="hidden"> (${words.newTab})</span></a
          >`
        : nothing}
    </p>
    ${untouched && options.suggestions.length
      ? html`<p class="invite" id="invite">${words.suggestions}</p>
          <div class="choices" role="group" aria-labelledby="invite">
            ${options.suggestions.map((choice, index) =>
              button(choice, index + 1, true, options.suggestionsLanguage, false, view),
            )}
          </div>`
      : nothing}
  </section>`;
}
