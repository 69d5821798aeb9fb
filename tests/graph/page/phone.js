// Plays the phone: shows what the diary tells, and does what a patient does.

import { line, mine, row, staff, theirs } from './bubbles.js';

const $ = (id) => document.getElementById(id);
const digits = (count) => Array.from(crypto.getRandomValues(new Uint8Array(count)), (n) => n % 10).join('');
const TYPING_MS = 25000; // WhatsApp shows it no longer
const NAMES = ['Ada', 'Deniz', 'Elif', 'Mira', 'Nil'];

let person = JSON.parse(localStorage.getItem('person')) ?? newPerson(true);
let said = new Map();
let latest = null;
let typing;

function newPerson(hasNumber) {
  const name = NAMES[Number(digits(2)) % NAMES.length];
  const made = { user_id: `TR.${digits(17)}`, phone: hasNumber ? `90532${digits(7)}` : null, name };
  localStorage.setItem('person', JSON.stringify(made));
  return made;
}

async function post(path, content) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ person, ...content }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}

function act(kind, content = {}) {
  post('/phone/do', { kind, ...content }).catch(() => show(line('That could not be sent. Is the demo still running?')));
}

function tap(kind, { id, title }, of) {
  act(kind, { choice: id, title, of });
}

function show(...elements) {
  $('log').append(...elements);
  $('log').scrollTop = $('log').scrollHeight;
}

function setDoing(text) {
  clearTimeout(typing);
  $('doing').textContent = text;
  if (text === 'typing …') typing = setTimeout(() => setDoing('business account'), TYPING_MS);
}

function openList(action, of) {
  $('sheet-title').textContent = action.button;
  const rows = action.sections.flatMap((section) => section.rows);
  $('rows').replaceChildren(...rows.map((each) => row(each, () => {
    $('sheet').close();
    tap('row', each, of);
  })));
  $('sheet').show();
}

/** Messages up to the one that was read have been read, too. */
function markRead(id) {
  for (const [each, bubble] of said) {
    bubble.read();
    if (each === id) break;
  }
}

const TELL = {
  said(entry) {
    const bubble = mine(entry);
    said.set(entry.id, bubble);
    show(bubble);
  },
  message(entry) {
    setDoing('business account');
    latest = entry.id;
    show(...theirs(entry, tap, openList));
    if (document.visibilityState === 'visible') act('read', { of: entry.id });
  },
  mark({ body }) {
    markRead(body.message_id);
    if (body.typing_indicator) setDoing('typing …');
  },
  staff: (entry) => show(staff(entry)),
  later: () => show(line('24 hours later')),
};

async function follow(whom) {
  let after = 0;
  while (person === whom) {
    try {
      const answer = await fetch(`/phone/diary?after=${after}`);
      const entries = await answer.json();
      if (person !== whom) return;
      for (const entry of entries) {
        after = entry.number + 1;
        const isOurs = entry.kind === 'mark' ? said.has(entry.body.message_id) : entry.person === whom.user_id;
        if (isOurs) TELL[entry.kind](entry);
      }
    } catch {
      setDoing('not connected');
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

function begin() {
  said = new Map();
  latest = null;
  $('log').replaceChildren();
  $('sheet').close();
  setDoing('business account');
  $('who').textContent = `${person.name}, ${person.phone ? `+${person.phone}` : 'without a number'}`;
  follow(person);
}

function send(text) {
  if (text.trim()) act('text', { text });
}

$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  send($('text').value);
  $('text').value = '';
});
$('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('composer').requestSubmit();
});
function openMenu(open) {
  $('menu').hidden = !open;
  $('plus').setAttribute('aria-expanded', String(open));
}

$('plus').addEventListener('click', () => openMenu($('menu').hidden));
$('plus').parentElement.addEventListener('keydown', ({ key }) => key === 'Escape' && openMenu(false));
document.addEventListener('click', ({ target }) => target.closest('.more') || openMenu(false));
$('menu').addEventListener('click', ({ target }) => {
  const { kind } = target.dataset;
  if (!kind) return;
  openMenu(false);
  if (kind !== 'reaction') act(kind);
  else if (latest) act(kind, { of: latest });
});
$('sheet').addEventListener('keydown', ({ key }) => key === 'Escape' && $('sheet').close());
$('log').addEventListener('click', ({ target }) => target.closest('.choices') || $('sheet').close());
$('tries').addEventListener('click', ({ target }) => target.matches('button') && send(target.textContent));
for (const [id, hasNumber] of [['with-number', true], ['without-number', false]]) {
  $(id).addEventListener('click', () => {
    person = newPerson(hasNumber);
    begin();
  });
}
$('later').addEventListener('click', () => post('/phone/later', {}));
$('staff').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('staff-text').value.trim();
  if (text) post('/phone/staff', { text });
  $('staff-text').value = '';
});
begin();
