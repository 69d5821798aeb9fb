// Brings the patient's messages to the server: in order, one at a time, each until the server has
// confirmed it, always with the same id, so that the server can tell a repeat.

import type { Ack } from './protocol';
import type { Event, State } from './state';

const PAUSES = [1, 2, 5, 10, 20]; // seconds between attempts that failed while connected

export interface Line {
  state: () => State;
  dispatch: (event: Event) => void;
  emit: (id: string, text: string) => Promise<Ack>;
  now: () => number;
  later: (run: () => void, milliseconds: number) => unknown;
}

export class Sender {
  #busy = false;
  #failures = 0;
  #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Sends what waits, if it can be sent now. Call it whenever something has changed. */
  async pump(): Promise<void> {
    const { state, now } = this.#line;
    if (this.#busy) return;
    this.#busy = true;
    try {
      let next;
      while (
        state().connection === 'online' &&
        state().limitedUntil <= now() &&
        (next = state().outbox.find(({ status }) => status === 'waiting'))
      ) {
        if (!(await this.#send(next.id, next.text))) break;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** True if the next message may follow at once. */
  async #send(id: string, text: string): Promise<boolean> {
    const { dispatch, emit, now } = this.#line;
    dispatch({ type: 'sending', id });
    let ack: Ack;
    try {
      ack = await emit(id, text);
    } catch {
      ack = { ok: false, error: 'unavailable' }; // no confirmation: it may or may not have arrived
    }
    if (ack.ok) {
      this.#failures = 0;
      dispatch({ type: 'sent', id });
      return true;
    }
    if (ack.error === 'rate_limited') {
      const milliseconds = Math.max(1, ack.retryAfter ?? 10) * 1000;
      dispatch({ type: 'undelivered', id });
      dispatch({ type: 'limited', until: now() + milliseconds });
      this.#again(milliseconds);
      return false;
    }
    if (ack.error === 'unavailable') {
      dispatch({ type: 'undelivered', id, problem: ack.text ?? '' });
      this.#again(1000 * (PAUSES[Math.min(this.#failures++, PAUSES.length - 1)] ?? 1));
      return false;
    }
    dispatch({ type: 'failed', id, problem: ack.text ?? '' });
    return true;
  }

  #again(milliseconds: number): void {
    this.#line.later(() => void this.pump(), milliseconds + 20);
  }
}
