// One message of the conversation, with its time, source, choices and links.

import { html, nothing, type TemplateResult } from 'lit/html.js';
import { clock, heart, page, phone, warning } from '../icons';
import { linkify } from '../links';
import type { Alarm, Message } from '../protocol';
import type { Outgoing } from '../state';
import { fill } from '../strings';
import { cards } from './cards';
import { choices } from './choices';
import { clockTime } from './times';
import type { View } from './view';

// One paragraph a line, each in its own direction: an answer may hold two languages.
const paragraphs = (text: string): TemplateResult[] =>
  text
    .split('\n')
    .filter((each) => each.trim())
    .map((each) => html`<p dir="auto">${linkify(each).map(part)}</p>`);

/** The text as it is seen: choices are buttons below it, not a list in it; numbers stay whole. */
export function shown({ text, choices: offered, links }: Message): string {
  const list = offered.map(({ title }, index) => `${index + 1}. ${title}`).join(' ');
  const alone = list && text.endsWith(list) ? text.slice(0, -list.length).trimEnd() : text;
  return links
    .filter(({ text: contact }) => /^[+\d ]+$/.test(contact))
    .reduce((whole, { text: number }) => whole.replaceAll(number, number.replaceAll(' ', '\u00a0')), alone || text);
}

const part = (piece: string | { href: string }): unknown =>
  typeof piece === 'string'
    ? piece
    : html`<a href=${piece.href} target="_blank" rel="noopener noreferrer">${piece.href}</a>`;

export function incoming(message: Message, open: boolean, view: View): TemplateResult {
  return message.from === 'bot' ? answer(message, open, view) : said(message, view);
}

function answer(message: Message, open: boolean, view: View): TemplateResult {
  const { words, language } = view;
  return html`<li class="entry bot">
    <span class="hidden">${words.assistant}: </span>
    <div class="bubble ${message.alarm ?? ''}" lang=${message.lang ?? nothing} dir="auto">
      ${message.alarm ? heading(message.alarm, view) : nothing} ${paragraphs(shown(message))}
      ${message.alarm ? emergencyCall(message, view) : nothing}
    </div>
    <p class="meta">
      ${clockTime(message.time, language)}
      ${message.label
        ? html`<span class="source">
            ${page}<span class="hidden">${words.source}: </span
            ><span lang=${message.lang ?? nothing}>${message.label}</span>
          </span>`
        : nothing}
    </p>
    ${cards(message, view)} ${choices(message, open, view)}
  </li>`;
}

function heading(alarm: Alarm, { words, language }: View): TemplateResult {
  const [sign, title] = {
    medical_emergency: [warning, words.emergency] as const,
    distress: [heart, words.distress] as const,
    see_doctor_today: [warning, words.doctorToday] as const,
  }[alarm];
  return html`<h3 lang=${language} dir=${words.dir}>${sign}${title}</h3>`;
}

/** 112 is a tap away in danger; on "see a doctor today" only when the answer itself names it. */
function emergencyCall(
  { alarm, links, text }: Message,
  { facts, words, language }: View,
): TemplateResult | typeof nothing {
  const number = facts.emergencyNumber;
  const named = links.some(({ kind }) => kind === 'tel') || new RegExp(`\\b${number}\\b`).test(text);
  if (alarm === 'see_doctor_today' && !named) return nothing;
  return html`<a class="call" lang=${language} dir=${words.dir} href="tel:${number}">
    ${phone}${fill(words.call, { number })}
  </a>`;
}

function said(message: Message, { words, language }: View): TemplateResult {
  return html`<li class="entry patient">
    <span class="hidden">${words.you}: </span>
    <div class="bubble" dir="auto">
      <p>${message.text}</p>
    </div>
    <p class="meta">${clockTime(message.time, language)}</p>
  </li>`;
}

export function outgoing(message: Outgoing, view: View): TemplateResult {
  const { words, actions } = view;
  const failed = message.status === 'failed';
  const look = failed ? 'failed' : isHeld(message, view) ? 'waiting' : '';
  return html`<li class="entry patient ${look}">
    <span class="hidden">${words.you}: </span>
    <div class="bubble" dir="auto">
      <p>${message.text}</p>
    </div>
    <p class="meta">${delivery(message, view)}</p>
    ${message.problem !== undefined
      ? html`<p class="problem">
          <span>${failed ? words.notSent : nothing} ${message.problem}</span>
          ${failed
            ? html`<button class="plain" @click=${() => actions.edit(message)}>${words.edit}</button>
                <button class="plain" @click=${() => actions.again(message)}>${words.again}</button>`
            : nothing}
        </p>`
      : nothing}
  </li>`;
}

/** It waits for the connection, or for a server that did not take it. */
const isHeld = ({ status, problem }: Outgoing, { state }: View): boolean =>
  status === 'waiting' && (state.connection !== 'online' || problem !== undefined);

function delivery(message: Outgoing, view: View): unknown {
  if (message.status === 'failed') return nothing;
  return isHeld(message, view)
    ? html`${clock} ${view.words.waiting}`
    : clockTime(message.time, view.language);
}
