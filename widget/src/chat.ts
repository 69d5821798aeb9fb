// <mesobot-chat>: holds the state, draws it, and turns clicks and keys into events. Of lit only the
// templates are used: there is one state here, not properties that change one by one.

import { html, render, type TemplateResult } from 'lit/html.js';
import { announce, unreadSentence, type Said } from './announcements';
import { Connection } from './connection';
import { offered, pointedAt } from './digits';
import { Frame } from './frame';
import { recall } from './memory';
import { readOptions } from './options';
import { readFacts, type Choice } from './protocol';
import type { Picture } from './qr';
import { initial, lastSeq, reduce, unread, type Event, type State } from './state';
import { spoken, words, type Strings } from './strings';
import { en } from './strings/en';
import panelCss from './styles/panel.css?inline';
import messagesCss from './styles/messages.css?inline';
import { panel } from './views/panel';
import type { Actions, View } from './views/view';

const here = import.meta.url;
const sheet = new CSSStyleSheet();
sheet.replaceSync(panelCss + messagesCss);

export class MesobotChat extends HTMLElement {
  #state: State = { ...initial, read: recall().read };
  #words: Strings = en;
  #language = 'en';
  #options = readOptions(this.dataset);
  #facts = readFacts({});
  #draft = '';
  #confirming = false;
  #clearFailed = false;
  #pictures = new Map<string, Picture | null>();
  #said: Said = {};
  #connection: Connection | undefined;
  #started = false;
  #root = this.#begin();
  #frame: Frame | undefined;
  #drawing: Promise<void> | undefined;
  #drawn = 0;
  #wasTyping = false;
  #ticking: ReturnType<typeof setTimeout> | undefined;

  /** Draws into the root that already holds the launcher's button, and leaves the button alone. */
  #begin(): ShadowRoot {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return root;
  }

  connectedCallback(): void {
    void this.#draw();
    addEventListener('pagehide', this.#settle);
    if (!this.#started) return;
    void this.start(); // pages that swap their body move the element
    this.#frame?.showAgain();
  }

  disconnectedCallback(): void {
    removeEventListener('pagehide', this.#settle);
    if (!this.#connection) return;
    this.#connection.close();
    this.#connection = undefined;
    this.#dispatch({ type: 'left' });
  }

  /** Prepares language, server and session; the launcher calls it once the chat is loaded. */
  async start(): Promise<void> {
    if (this.#connection) return;
    this.#started = true;
    this.#language = spoken(this.#options.language);
    const server = new URL(this.dataset['server'] ?? '..', here);
    this.#connection = new Connection(server, this.#language, () => this.#state, this.#dispatch);
    this.#connection.open();
    void this.#learn(new URL('config', server));
    this.#words = await words(this.#language).catch(() => en);
    this.dir = this.#options.direction ?? this.#words.dir;
    this.lang = this.#words === en ? 'en' : this.#language;
    await this.#draw();
  }

  /** Asks for the clinic's contacts; until they are known, 112 is the emergency number. */
  async #learn(address: URL): Promise<void> {
    try {
      const answer = await fetch(address, { credentials: 'omit' });
      this.#facts = readFacts(await answer.json());
      void this.#draw();
    } catch {
      if (this.isConnected) setTimeout(() => void this.#learn(address), 10_000);
    }
  }

  get isOpen(): boolean {
    return this.#state.open;
  }

  /** Opens the panel. `focus: false` leaves the focus where the visitor has it. */
  async open({ focus = true } = {}): Promise<void> {
    await this.start();
    if (this.isOpen) return;
    this.#dispatch({ type: 'opened' });
    await this.#draw();
    this.#frame?.open(focus);
    this.#frame?.toEnd();
    this.dispatchEvent(new CustomEvent('mesobot-open'));
  }

  close(): void {
    if (!this.isOpen) return;
    this.#confirming = false;
    this.#dispatch({ type: 'closed' });
    this.#frame?.close();
    this.dispatchEvent(new CustomEvent('mesobot-close'));
  }

  #dispatch = (event: Event): void => {
    const before = this.#state;
    this.#state = reduce(before, event);
    this.#said = { ...this.#said, ...announce(before, this.#state, this.#words) };
    if (event.type === 'cleared') {
      this.#said.messages = this.#words.cleared;
      this.#pictures.clear();
    }
    this.#settle();
    this.#tick();
    void this.#draw();
  };

  #settle = (): void => this.#connection?.settle();

  /** Redraws every second while messages have to wait. */
  #tick(): void {
    clearTimeout(this.#ticking);
    if (this.#state.limitedUntil <= Date.now()) return;
    this.#ticking = setTimeout(() => {
      this.#tick();
      void this.#draw();
    }, 1000);
  }

  #choices(): Choice[] {
    return offered(this.#state, this.#options.suggestions);
  }

  #say(text: string): void {
    const said = text.trim();
    if (!said) return;
    this.#frame?.leaveButton();
    this.#clearFailed = false;
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.#dispatch({ type: 'say', id, text: said, time: new Date().toISOString() });
  }

  #confirm(asking: boolean): void {
    this.#confirming = asking;
    this.#clearFailed = false;
    void this.#draw().then(() => this.#frame?.focusConfirmation(asking));
  }

  #actions: Actions = {
    close: () => this.close(),
    say: (text) => this.#say(text),
    choose: ({ value }) => this.#say(value),
    again: ({ id }) => this.#dispatch({ type: 'again', id }),
    edit: ({ id, text }) => {
      this.#draft = text;
      this.#dispatch({ type: 'forget', id });
      this.#frame?.focusInput();
    },
    askClear: () => this.#confirm(true),
    keep: () => this.#confirm(false),
    clear: () => void this.#clear(),
    picture: (href) => void this.#picture(href),
    typed: (event) => {
      this.#draft = (event.target as HTMLTextAreaElement).value;
      void this.#draw();
    },
    key: (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    },
    submit: (event) => {
      event.preventDefault();
      this.#submit();
    },
  };

  #submit(): void {
    const choices = this.#choices();
    const pointed = choices[pointedAt(this.#draft, choices) - 1];
    const text = pointed?.value ?? this.#draft;
    if (!text.trim()) return;
    this.#draft = '';
    this.#say(text);
  }

  async #clear(): Promise<void> {
    this.#confirm(false);
    const untouched = !this.#state.messages.length && !this.#state.outbox.length;
    this.#clearFailed = !untouched && !(await this.#connection?.clear());
    void this.#draw();
  }

  async #picture(href: string): Promise<void> {
    if (this.#pictures.delete(href)) return this.#draw();
    this.#pictures.set(href, null);
    void this.#draw();
    const { draw } = await import('./qr');
    if (this.#pictures.has(href)) this.#pictures.set(href, draw(href));
    void this.#draw();
  }

  #view(): View {
    return {
      state: this.#state,
      words: this.#words,
      language: this.#language,
      facts: this.#facts,
      options: this.#options,
      draft: this.#draft,
      pointed: pointedAt(this.#draft, this.#choices()),
      confirming: this.#confirming,
      clearFailed: this.#clearFailed,
      limitedFor: Math.ceil((this.#state.limitedUntil - Date.now()) / 1000),
      pictures: this.#pictures,
      actions: this.#actions,
    };
  }

  /** Draws once, after everything that happens in this moment has happened. */
  #draw(): Promise<void> {
    this.#drawing ??= Promise.resolve().then(() => {
      this.#drawing = undefined;
      render(this.#template(), this.#root);
      this.#frame ??= new Frame(this.#root, {
        close: () => (this.#confirming ? this.#confirm(false) : this.close()),
      });
      this.#after(this.#frame);
    });
    return this.#drawing;
  }

  #template(): TemplateResult {
    return html`<dialog aria-labelledby="title">
        ${panel(this.#view())}
        <div class="hidden" role="status" id="say"></div>
        <div class="hidden" role="alert" id="shout"></div>
        <div class="hidden" role="status" id="line"></div>
      </dialog>
      <div class="hidden" role="status" id="count"></div>`;
  }

  /** What is not drawn but done: the badge, the announcements, the scrolling. */
  #after(frame: Frame): void {
    frame.badge(unread(this.#state), unreadSentence(unread(this.#state), this.#words));
    frame.say(this.#said);
    this.#said = {};
    const { messages, outbox, typing } = this.#state;
    const size = lastSeq(this.#state) + outbox.length;
    if (size !== this.#drawn || (typing && !this.#wasTyping)) {
      frame.follow(messages.at(-1)?.from === 'bot' && !outbox.length && size > this.#drawn);
    }
    this.#drawn = size;
    this.#wasTyping = typing;
    frame.grow();
  }
}

customElements.define('mesobot-chat', MesobotChat);
