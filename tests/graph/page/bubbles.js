// One element for each thing in a chat.

import { formatted } from './marks.js';

const OTHERS = { voice: '🎤 Voice message', image: '📷 Photo', sticker: '🖼 Sticker', document: '📄 Document', location: '📍 Location', reaction: '👍' };
const clock = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });

function made(name, classes, ...children) {
  const element = document.createElement(name);
  element.className = classes;
  element.append(...children);
  return element;
}

function foot(at, ...more) {
  return made('small', '', clock.format(new Date(at * 1000)), ...more);
}

function button(label, press) {
  const element = made('button', '', label);
  element.type = 'button';
  element.addEventListener('click', () => press(element));
  return element;
}

/** What the patient said, with the tick that `read` turns into two. */
export function mine(entry) {
  const tick = made('span', 'tick', ' ✓');
  tick.title = 'sent';
  const said = entry.text ?? entry.title ?? OTHERS[entry.what];
  const bubble = made('div', 'bubble mine', ...formatted(said), foot(entry.at, tick));
  bubble.read = () => {
    tick.textContent = ' ✓✓';
    tick.title = 'read';
    tick.classList.add('seen');
  };
  return bubble;
}

/** A message of the clinic, and what can be tapped below it. */
export function theirs(entry, tap, open) {
  const { body } = entry;
  if (body.type === 'text') return [made('div', 'bubble theirs', ...formatted(body.text.body), foot(entry.at))];
  if (body.type === 'template') return [made('div', 'bubble theirs', `Template “${body.template.name}”`, foot(entry.at))];
  const { interactive } = body;
  const bubble = made('div', 'bubble theirs', ...formatted(interactive.body.text), foot(entry.at));
  const choices = made('div', 'choices');
  choices.append(...(interactive.type === 'button'
    ? interactive.action.buttons.map(({ reply }) => button(reply.title, (pressed) => {
      for (const each of choices.children) each.disabled = true;
      pressed.setAttribute('aria-pressed', 'true');
      tap('button', reply, entry.id);
    }))
    : [button(`☰ ${interactive.action.button}`, () => open(interactive.action, entry.id))]));
  return [bubble, choices];
}

/** A row of a list that was opened. */
export function row(content, press) {
  const element = button(content.title, press);
  if (content.description) element.append(made('small', '', content.description));
  return made('li', '', element);
}

export const staff = (entry) => made('div', 'bubble theirs', ...formatted(entry.text), foot(entry.at, ' · staff'));
export const line = (text) => made('p', 'aside-line', text);
