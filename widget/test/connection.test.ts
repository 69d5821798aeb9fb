import { beforeEach, expect, test, vi } from 'vitest';
import { Connection } from '../src/connection';
import { recall } from '../src/memory';
import { initial, type State } from '../src/state';

type Listener = (...values: unknown[]) => void;
const listeners = new Map<string, Listener>();
const socket = {
  active: false,
  io: { on: () => undefined, opts: {} as { query?: { route: string } } },
  connects: 0,
  on: (name: string, listener: Listener) => listeners.set(name, listener),
  connect() {
    this.connects += 1;
    return this;
  },
  disconnect() {
    return this;
  },
};
vi.mock('socket.io-client', () => ({ io: () => socket }));

const heard = (name: string, ...values: unknown[]): void => listeners.get(name)?.(...values);
const session = (token: string): unknown => ({ token, restored: true, seq: 9, busy: false });
let state: State;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  socket.connects = 0;
  state = { ...initial, read: 5 };
  connection = new Connection(new URL('https://a.example/chat/'), 'en', () => state, () => undefined);
});

test('a new conversation of another tab is not overwritten by this one', () => {
  heard('session', session('mine'));
  localStorage.setItem('mesobot-session', JSON.stringify({ token: 'of the other tab', read: 2 }));
  connection.settle();
  expect(recall()).toMatchObject({ token: 'of the other tab', read: 2 });
});

test('what another tab has read stays read', () => {
  heard('session', session('mine'));
  localStorage.setItem('mesobot-session', JSON.stringify({ token: 'mine', read: 8 }));
  connection.settle();
  expect(recall()).toMatchObject({ token: 'mine', read: 8 });
  state = { ...state, read: 9 };
  connection.settle();
  expect(recall().read).toBe(9);
});

test('a closed connection stays closed', () => {
  heard('session', session('mine'));
  state = { ...state, early: [{ seq: 12, from: 'bot', text: '', time: '', choices: [], links: [] }] };
  connection.settle(); // a message is missing: it would connect anew
  heard('disconnect', 'io server disconnect');
  connection.close();
  vi.advanceTimersByTime(20_000);
  expect(socket.connects).toBe(0);
});

test('every tab of a conversation asks for the same server', () => {
  connection.open();
  const route = socket.io.opts.query?.route;
  expect(route).toMatch(/^[0-9a-f]{16}$/);
  heard('session', session('mine'));
  expect(JSON.parse(localStorage.getItem('mesobot-session') ?? '{}').route).toBe(route);
  localStorage.setItem('mesobot-session', JSON.stringify({ token: 'b', read: 0, route: '00112233445566ff' }));
  connection.open();
  expect(socket.io.opts.query?.route).toBe('00112233445566ff');
  localStorage.setItem('mesobot-session', JSON.stringify({ token: 'b', read: 0, route: '"><script>' }));
  connection.open();
  expect(socket.io.opts.query?.route).toMatch(/^[0-9a-f]{16}$/);
});
