// Ways to a person at the clinic, as cards: WhatsApp (with a QR code beside a computer), e-mail.

import { html, nothing, svg, type TemplateResult } from 'lit/html.js';
import { chat, link as chain, mail, out, phone, squares } from '../icons';
import { safeHref } from '../links';
import type { Link, LinkKind, Message } from '../protocol';
import type { View } from './view';

const ICONS: Record<LinkKind, TemplateResult> = { whatsapp: chat, email: mail, tel: phone, web: chain };

export function cards(message: Message, view: View): TemplateResult | typeof nothing {
  const urgent = message.alarm ? `tel:${view.facts.emergencyNumber}` : ''; // has its own button
  const shown = message.links.filter(({ kind, href }) => safeHref(kind, href) && href !== urgent);
  return shown.length
    ? html`<div class="cards">${shown.map((each) => card(each, message.lang, view))}</div>`
    : nothing;
}

function card(link: Link, lang: string | undefined, view: View): TemplateResult {
  const { words } = view;
  const href = safeHref(link.kind, link.href) ?? '';
  const title = { whatsapp: words.whatsapp, email: words.email, tel: '', web: '' }[link.kind];
  const away = link.kind === 'whatsapp' || link.kind === 'web';
  return html`<div class="card ${link.kind}">
    <a href=${href} target=${away ? '_blank' : nothing} rel=${away ? 'noopener noreferrer' : nothing}>
      ${ICONS[link.kind]}
      <span class="lines">
        ${title ? html`<b>${title}</b>` : nothing}
        <bdi lang=${lang ?? nothing}>${link.text}</bdi>
      </span>
      ${away ? html`${out}<span class="hidden">(${words.newTab})</span>` : nothing}
    </a>
    ${link.kind === 'whatsapp' ? qr(href, view) : nothing}
  </div>`;
}

function qr(href: string, { pictures, words, actions }: View): TemplateResult {
  const drawn = pictures.get(href);
  return html`<div class="qr">
    <button class="plain" aria-expanded=${pictures.has(href)} @click=${() => actions.picture(href)}>
      ${squares}${pictures.has(href) ? words.hideQr : words.showQr}
    </button>
    ${drawn
      ? html`<figure>
          <svg role="img" aria-label=${words.qr} viewBox="0 0 ${drawn.size} ${drawn.size}">
            ${svg`<path d=${drawn.path} />`}
          </svg>
          <figcaption>${words.qrHint}</figcaption>
        </figure>`
      : nothing}
  </div>`;
}
