// "Clear this conversation?" in front of the panel.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { View } from './view';

export function confirmation({ confirming, words, actions }: View): TemplateResult | typeof nothing {
  if (!confirming) return nothing;
  return html`<div class="veil">
    <div
      class="confirm"
      role="alertdialog"
      aria-modal="true"
      aria-labelledby="clear-title"
      aria-describedby="clear-note"
    >
      <h3 id="clear-title">${words.clearQuestion}</h3>
      <p id="clear-note">${words.clearNote}</p>
      <div class="buttons">
        <button class="quiet" @click=${actions.keep}>${words.clearNo}</button>
        <button class="firm" @click=${actions.clear}>${words.clearYes}</button>
      </div>
    </div>
  </div>`;
}
