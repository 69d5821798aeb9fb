// The panel as a window: a non-modal dialog in the corner, or modal and full screen where there
// is little room; its focus, its scrolling, its announcers.

import type { Said } from './announcements';

const SMALL = matchMedia('(max-width: 560px), (max-height: 520px)');
const TOUCH = matchMedia('(pointer: coarse)');
const FOCUSABLE = 'a[href], button:not(:disabled), textarea, [tabindex="0"]';

interface Handlers {
  close: () => void;
}

export class Frame {
  #root: ShadowRoot;
  #dialog: HTMLDialogElement;
  #log: HTMLElement;
  #input: HTMLTextAreaElement;
  #before: HTMLElement | undefined;
  #atEnd = true;

  constructor(root: ShadowRoot, { close }: Handlers) {
    this.#root = root;
    this.#dialog = this.#get('dialog');
    this.#log = this.#get('.log');
    this.#input = this.#get('textarea');
    this.#dialog.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
      if (event.key === 'Tab') this.#wrap(event);
    });
    // The back gesture of phones asks a modal dialog to close.
    this.#dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      close();
    });
    this.#dialog.addEventListener('close', () => {
      if (!this.#dialog.open) close();
    });
    SMALL.addEventListener('change', () => this.showAgain());
    // When a notice or the keyboard takes room, what was last stays in sight.
    this.#log.addEventListener('scroll', () => {
      this.#atEnd = this.#log.scrollTop >= this.#log.scrollHeight - this.#log.clientHeight - 8;
    });
    new ResizeObserver(() => {
      if (this.#atEnd) this.toEnd();
    }).observe(this.#log);
    visualViewport?.addEventListener('resize', this.#fit);
    visualViewport?.addEventListener('scroll', this.#fit);
  }

  open(focus: boolean): void {
    const active = document.activeElement;
    this.#before =
      focus && active instanceof HTMLElement && active !== document.body && active !== this.#host()
        ? active
        : undefined;
    this.#bubble?.toggleAttribute('hidden', true);
    this.#bubble?.setAttribute('aria-expanded', 'true');
    this.#show();
    this.#fit();
    // On touch screens the input would call up the keyboard and hide the greeting.
    if (focus) (TOUCH.matches ? this.#get<HTMLElement>('#title') : this.#input).focus();
  }

  /** Modal or not, as the window is now; also after the element was moved, which ends being modal. */
  showAgain(): void {
    if (!this.#dialog.open) return;
    const focused = this.#focused();
    this.#dialog.close();
    this.#show();
    focused?.focus();
  }

  close(): void {
    const inside = this.#focused() !== null;
    this.#dialog.close();
    this.#bubble?.toggleAttribute('hidden', false);
    this.#bubble?.setAttribute('aria-expanded', 'false');
    if (inside || this.#before) (this.#before?.isConnected ? this.#before : this.#bubble)?.focus();
  }

  focusInput(): void {
    this.#input.focus();
  }

  /** A used button is disabled and would drop the focus. */
  leaveButton(): void {
    if (!(this.#focused() instanceof HTMLButtonElement)) return;
    this.#rest().focus({ preventScroll: true });
  }

  focusConfirmation(asking: boolean): void {
    if (asking) this.#root.querySelector<HTMLElement>('.confirm .quiet')?.focus();
    else this.#rest().focus();
  }

  /** Where the focus goes when what had it is gone: not to the input if that calls a keyboard up. */
  #rest(): HTMLElement {
    return TOUCH.matches ? this.#log : this.#input;
  }

  badge(count: number, sentence: string): void {
    const bubble = this.#bubble;
    const badge = bubble?.querySelector('.badge');
    if (!bubble || !badge) return;
    badge.textContent = count > 9 ? '9+' : String(count);
    badge.toggleAttribute('hidden', count === 0);
    bubble.setAttribute(
      'aria-label',
      [bubble.dataset['name'], sentence].filter(Boolean).join(', '),
    );
  }

  say({ messages, urgent, connection, unread }: Said): void {
    const regions = { say: messages, shout: urgent, line: connection, count: unread };
    for (const [id, text] of Object.entries(regions)) {
      if (text === undefined) continue;
      // The same words twice in a row would not be a change, and not be read.
      const region = this.#get(`#${id}`);
      region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    }
  }

  toEnd(): void {
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior: 'instant' });
  }

  /** Keeps up with what is new; a long answer is shown from its beginning. */
  follow(answer: boolean): void {
    const last = this.#log.querySelector<HTMLElement>('.entries > li:last-child');
    const end = this.#log.scrollHeight - this.#log.clientHeight;
    const start = last ? last.offsetTop - 12 : end;
    this.#log.scrollTo({ top: answer ? Math.min(start, end) : end });
  }

  /** The input grows with its text where CSS cannot do it. */
  grow(): void {
    if (CSS.supports('field-sizing', 'content')) return;
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }

  #show(): void {
    if (SMALL.matches) this.#dialog.showModal();
    else this.#dialog.setAttribute('open', ''); // show() would take the focus
    this.#dialog.toggleAttribute('data-full', SMALL.matches);
  }

  /** Keeps Tab inside while the panel covers the page. */
  #wrap(event: KeyboardEvent): void {
    const confirm = this.#root.querySelector('.confirm');
    if (!confirm && !this.#dialog.matches(':modal')) return;
    const all = [...(confirm ?? this.#dialog).querySelectorAll<HTMLElement>(FOCUSABLE)];
    const focused = this.#focused();
    const from = event.shiftKey ? all[0] : all.at(-1);
    if (focused !== from && focused && all.includes(focused)) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0])?.focus();
  }

  /** Above the keyboard of phones, which 100dvh does not know. */
  #fit = (): void => {
    const seen = visualViewport;
    if (!seen || !this.#dialog.open) return;
    const covered = SMALL.matches && seen.scale === 1;
    this.#host().style.setProperty('--_seen', covered ? `${seen.height}px` : '100dvh');
    this.#host().style.setProperty('--_top', covered ? `${seen.offsetTop}px` : '0px');
  };

  /** The launcher's button; it may come after the panel. */
  get #bubble(): HTMLButtonElement | null {
    return this.#root.querySelector('.launch');
  }

  #focused(): HTMLElement | null {
    return this.#root.activeElement as HTMLElement | null;
  }

  #host(): HTMLElement {
    return this.#root.host as HTMLElement;
  }

  #get<T extends HTMLElement = HTMLElement>(selector: string): T {
    return this.#root.querySelector<T>(selector) as T;
  }
}
