// The line to the clinic's server: socket.io, a session that the server issues, and everything
// since the last message we have after each reconnect.

import { io, type Socket } from 'socket.io-client';
import { keep, recall } from './memory';
import { readAck, readHistory, readMessage, readSession } from './protocol';
import { Sender } from './sender';
import { answerDue, lastSeq, type Event, type State } from './state';

const PATIENCE = 10_000; // for a confirmation
const GAP = 1_500; // how long a missing message may take before we ask for everything again

export class Connection {
  #socket: Socket;
  #sender: Sender;
  #token: string | null = null;
  #known = true;
  #gap: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #state: () => State;
  #dispatch: (event: Event) => void;

  constructor(server: URL, lang: string, state: () => State, dispatch: (event: Event) => void) {
    this.#state = state;
    this.#dispatch = dispatch;
    this.#sender = new Sender({
      state,
      dispatch,
      emit: async (id, text) =>
        readAck(await this.#socket.timeout(PATIENCE).emitWithAck('say', { id, text })),
      now: Date.now,
      later: (run, milliseconds) => setTimeout(run, milliseconds),
    });
    this.#socket = io(server.origin, {
      path: `${server.pathname}socket.io/`,
      autoConnect: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 800,
      reconnectionDelayMax: 8_000,
      auth: (tell) => {
        const { token } = recall();
        // Another tab may have begun a new conversation: then nothing of ours is known there.
        this.#known = this.#token === null || token === this.#token;
        const last_seq = this.#known ? lastSeq(state()) : 0;
        tell({ protocol: 1, token, last_seq, lang });
      },
    });
    this.#listen();
  }

  open(): void {
    if (this.#socket.active) return;
    this.#dispatch({ type: navigator.onLine ? 'connecting' : 'offline' });
    this.#choose();
    this.#socket.connect();
  }

  close(): void {
    clearTimeout(this.#gap);
    clearTimeout(this.#retry);
    this.#socket.disconnect();
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
  }

  /** Sends what waits, notes what was read, and asks again when a message is missing. */
  settle(): void {
    const state = this.#state();
    // Another tab may have begun a new conversation, or have read more of this one.
    const kept = recall();
    if (this.#token && kept.token === this.#token) {
      keep(this.#token, Math.max(state.read, kept.read), answerDue(state));
    }
    void this.#sender.pump();
    if (!state.early.length) {
      clearTimeout(this.#gap);
      this.#gap = undefined;
    } else this.#gap ??= setTimeout(() => this.#reconnect(), GAP);
  }

  /** Erases the conversation on the server; false if that did not happen. */
  async clear(): Promise<boolean> {
    try {
      return readAck(await this.#socket.timeout(PATIENCE).emitWithAck('clear')).ok;
    } catch {
      return false;
    }
  }

  #listen(): void {
    const socket = this.#socket;
    const failed = (): void =>
      this.#dispatch({ type: navigator.onLine ? 'lost' : 'offline' });
    socket.on('connect_error', (error: Error & { data?: { error?: string } }) => {
      if (error.data?.error === 'protocol') return this.#dispatch({ type: 'outdated' });
      failed();
      if (!socket.active) this.#retry = setTimeout(() => socket.connect(), 8_000);
    });
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      failed();
      if (reason === 'io server disconnect') {
        this.#retry = setTimeout(() => socket.connect(), 1_000);
      }
    });
    socket.on('session', (value) => this.#begin(value));
    socket.on('history', (value) =>
      this.#dispatch({ type: 'history', messages: readHistory(value) }),
    );
    socket.on('message', (value) => {
      const message = readMessage(value);
      if (message) this.#dispatch({ type: 'message', message });
    });
    socket.on('typing', (value) => this.#dispatch({ type: 'typing', on: value?.on === true }));
    socket.on('cleared', () => this.#dispatch({ type: 'cleared' }));
    socket.io.on('reconnect_attempt', this.#choose);
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
  }

  /** Where several servers answer, all tabs of a conversation talk to the same one. */
  #choose = (): void => {
    this.#socket.io.opts.query = { route: recall().route };
  };

  #begin(value: unknown): void {
    const session = readSession(value);
    if (!session) return;
    this.#token = session.token;
    const read = session.restored ? recall().read : 0;
    keep(session.token, read, false);
    this.#dispatch({ type: 'session', session, known: this.#known, read });
  }

  #reconnect(): void {
    this.#gap = undefined;
    this.#socket.disconnect().connect();
  }

  #online = (): void => {
    if (this.#state().connection !== 'idle') this.#reconnect();
  };
  #offline = (): void => {
    if (this.#state().connection !== 'idle') this.#dispatch({ type: 'offline' });
    this.#socket.io.engine?.close();
  };
}
