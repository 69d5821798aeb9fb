// Drawn for this chat: 24 units, one stroke width, round ends.

import { svg, html, type TemplateResult } from 'lit/html.js';

const icon = (shape: TemplateResult, name = ''): TemplateResult =>
  html`<svg class="icon ${name}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shape}</svg>`;

export const down = icon(svg`<path d="m6 9.5 6 6 6-6"/>`);
export const bin = icon(
  svg`<path d="M4.5 7h15M9.5 7V5.2c0-.7.5-1.2 1.2-1.2h2.6c.7 0 1.2.5 1.2 1.2V7M6.5 7l.8 11.2c.1 1 .9 1.8 1.9 1.8h5.6c1 0 1.8-.8 1.9-1.8L17.5 7M10.3 11v5M13.7 11v5"/>`,
);
export const up = icon(svg`<path d="M12 19V5.5M6 11.3l6-6 6 6"/>`);
export const page = icon(
  svg`<path d="M12 6.5C10.3 5 7.6 4.5 4 4.7v12.8c3.6-.2 6.3.3 8 1.8 1.7-1.5 4.4-2 8-1.8V4.7c-3.6-.2-6.3.3-8 1.8Zm0 0v12.5"/>`,
);
export const clock = icon(svg`<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>`);
export const warning = icon(svg`<path d="M12 8.5v4.5M12 16.3v.1M10.4 4.4 3 17.4c-.7 1.2.2 2.6 1.5 2.6h15c1.3 0 2.2-1.4 1.5-2.6l-7.4-13a1.8 1.8 0 0 0-3.2 0Z"/>`);
export const heart = icon(svg`<path d="M12 19.5S4 15 4 9.3C4 6.8 5.9 5 8.2 5 9.8 5 11.2 5.8 12 7.2 12.8 5.8 14.2 5 15.8 5 18.1 5 20 6.8 20 9.3c0 5.7-8 10.2-8 10.2Z"/>`);
export const phone = icon(
  svg`<path d="M8.6 4.5 6 4.7c-1 .1-1.7.9-1.6 1.9.6 7 6 12.4 13 13 1 .1 1.8-.6 1.9-1.6l.2-2.6c0-.7-.4-1.3-1-1.5l-2.6-.9c-.6-.2-1.2 0-1.6.4l-.9 1c-2.4-1.2-3.8-2.6-5-5l1-.9c.4-.4.6-1 .4-1.6l-.9-2.6c-.2-.5-.7-.9-1.3-.8Z"/>`,
);
export const mail = icon(
  svg`<rect x="3.5" y="5.5" width="17" height="13" rx="2.5"/><path d="m4.5 7.5 7.5 6 7.5-6"/>`,
);
export const chat = icon(
  svg`<path d="M12 4a8 8 0 0 0-6.9 12L4 20l4.1-1.1A8 8 0 1 0 12 4Z"/><path class="solid" d="M9.2 7.9c-.4 0-1.1.5-1.2 1.5-.1 2.7 3.5 6.4 6.4 6.5 1.1 0 1.8-.9 1.7-1.5 0-.3-1.6-1.1-1.9-1.1-.4 0-.8.9-1.1.9-.5 0-2.6-1.8-2.7-2.4 0-.4.8-.8.8-1.2 0-.3-.7-2.7-2-2.7Z"/>`,
);
export const link = icon(
  svg`<path d="M10 14a4 4 0 0 0 5.7 0l2.6-2.6a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-2.6 2.6a4 4 0 0 0 5.7 5.7l1-1"/>`,
);
export const out = icon(svg`<path d="M8 16 16.5 7.5M9.5 7h7.5v7.5"/>`, 'small');
export const squares = icon(
  svg`<rect x="4.5" y="4.5" width="5.5" height="5.5" rx="1"/><rect x="14" y="4.5" width="5.5" height="5.5" rx="1"/><rect x="4.5" y="14" width="5.5" height="5.5" rx="1"/><path d="M14 14h2.5v2.5M19.5 14v.1M19.5 19.5H17M14 19.5v.1"/>`,
);
/** The mark: a drop, and in it what is said. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
  <path class="drop" d="M16 3c5.2 5.7 9.5 10.2 9.5 15.6a9.5 9.5 0 0 1-19 0C6.5 13.2 10.8 8.7 16 3Z" />
  <path class="said" d="M11.8 17.6h8.4M11.8 21.4h5.4" />
</svg>`;
