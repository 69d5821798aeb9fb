// The only part that every visitor of the site loads: a button. The chat itself comes when it is
// opened, or when an answer is waiting. No library, no style from outside, nothing stored.

import launcherCss from './styles/launcher.css?inline';
import tokensCss from './styles/tokens.css?inline';
import { bubble } from './strings/bubble';

type Chat = HTMLElement & { open(how?: { focus: boolean }): Promise<void>; start(): Promise<void> };

const address = import.meta.url;
const SVG = 'http://www.w3.org/2000/svg';

function ownTag(): HTMLScriptElement | undefined {
  return [...document.scripts].find(({ src }) => src === address);
}

function host(): Chat {
  const placed = document.querySelector('mesobot-chat');
  const chat = (placed ?? document.createElement('mesobot-chat')) as Chat;
  for (const [name, value] of Object.entries(ownTag()?.dataset ?? {})) chat.dataset[name] ??= value;
  if (!placed) document.body.append(chat);
  return chat;
}

function drop(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('aria-hidden', 'true');
  const shapes = [
    'M16 3c5.2 5.7 9.5 10.2 9.5 15.6a9.5 9.5 0 0 1-19 0C6.5 13.2 10.8 8.7 16 3Z',
    'M11.8 17.6h8.4M11.8 21.4h5.4',
  ];
  for (const shape of shapes) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', shape);
    svg.append(path);
  }
  return svg;
}

const part = (name: string, ...inside: (Node | string)[]): HTMLElement => {
  const span = document.createElement('span');
  span.className = name;
  span.append(...inside);
  return span;
};

function launch(): void {
  const chat = host();
  if (chat.shadowRoot?.querySelector('.launch')) return; // the tag is on the page twice
  const language = chat.dataset['language'] ?? document.documentElement.lang;
  const known = bubble[language.toLowerCase().split('-')[0] ?? ''];
  const words = known ?? (bubble['en'] as NonNullable<typeof known>);
  const label = chat.dataset['label'] ?? words.label;
  const { direction } = getComputedStyle(document.documentElement);
  chat.dataset['position'] ??= direction === 'rtl' ? 'left' : 'right';

  const button = document.createElement('button');
  const badge = part('badge');
  badge.hidden = true;
  const name = `${label}. ${words.open}`;
  button.className = 'launch';
  button.type = 'button';
  button.dir = 'auto';
  button.lang = known ? language : 'en';
  button.dataset['name'] = name;
  button.setAttribute('aria-label', name);
  button.setAttribute('aria-haspopup', 'dialog');
  button.setAttribute('aria-expanded', 'false');
  button.append(drop(), part('label', label), badge);
  const trouble = part('trouble');
  trouble.setAttribute('role', 'status');

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokensCss + launcherCss);
  const root = chat.shadowRoot ?? chat.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet, ...root.adoptedStyleSheets];
  root.append(button, trouble);

  const load = async (then: (loaded: Chat) => Promise<void>): Promise<void> => {
    button.setAttribute('aria-busy', 'true');
    trouble.textContent = '';
    try {
      await import('./chat');
      await then(chat);
    } catch {
      trouble.textContent = words.failed;
    }
    button.removeAttribute('aria-busy');
  };
  button.addEventListener('click', () => void load((loaded) => loaded.open()));

  const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 2000));
  if (answerWaiting()) idle(() => void load((loaded) => loaded.start()));
  const seconds = Number(chat.dataset['autoOpen']);
  const roomy = matchMedia('(min-width: 561px) and (min-height: 521px)').matches;
  if (seconds > 0 && roomy) {
    setTimeout(() => void load((loaded) => loaded.open({ focus: false })), seconds * 1000);
  }
}

function answerWaiting(): boolean {
  try {
    return JSON.parse(localStorage.getItem('mesobot-session') ?? '{}').due === true;
  } catch {
    return false;
  }
}

if (document.body) launch();
else addEventListener('DOMContentLoaded', launch);
