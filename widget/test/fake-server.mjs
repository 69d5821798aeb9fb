// A small stand-in for the clinic's server, for developing and for screenshots: same addresses,
// same protocol, no Rasa. `npm run dev` starts it on port 5055.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import { reply } from './fake-replies.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = { '/chat/': 'dist/', '/demo/': 'demo/' };
const TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const CSP =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
const FACTS = {
  protocol: 1,
  emergency_number: '112',
  whatsapp_link: 'https://wa.me/905431974320',
  whatsapp_number: '+90 543 197 43 20',
  email: null,
  privacy_link: 'https://clinic.example/privacy',
  longest_message: 1000,
};

/** Starts the server. Sessions are kept in `sessions`, which may be handed to the next one. */
export async function start({ port = 0, sessions = new Map(), delay = 400, replies = reply, now = Date.now } = {}) {
  const rules = { refuse: null, silent: false, delay, now }; // changed by tests
  const http = createServer((request, answer) => void serve(request, answer));
  const io = new Server(http, {
    path: '/chat/socket.io/',
    maxHttpBufferSize: 16_384,
    cors: { origin: true },
  });
  io.on('connection', (socket) => attend(io, socket, sessions, rules, replies));
  await new Promise((ready) => http.listen(port, '127.0.0.1', ready));
  const stop = () =>
    new Promise((done) => {
      io.close(() => done());
      http.closeAllConnections(); // browsers keep some open that they have not used yet
    });
  return { port: http.address().port, io, sessions, rules, stop };
}

/** Serves one HTML page with the given headers, from an origin of its own. */
export async function startPage(html, headers = {}) {
  const http = createServer((request, answer) => {
    answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
    answer.end(html);
  });
  await new Promise((ready) => http.listen(0, '127.0.0.1', ready));
  const stop = () => new Promise((done) => http.close(done).closeAllConnections());
  return { url: `http://127.0.0.1:${http.address().port}/`, stop };
}

async function serve(request, answer) {
  const { pathname } = new URL(request.url, 'http://local');
  const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  if (pathname === '/chat/config') {
    answer.writeHead(200, { ...headers, 'Content-Type': 'application/json' });
    return answer.end(JSON.stringify(FACTS));
  }
  const prefix = Object.keys(FOLDERS).find((each) => pathname.startsWith(each));
  const name = normalize(pathname.slice(prefix?.length) || 'index.html');
  try {
    const body = await readFile(join(ROOT, FOLDERS[prefix] ?? 'nowhere', name));
    const policy = prefix === '/demo/' ? { 'Content-Security-Policy': CSP } : {};
    answer.writeHead(200, { ...headers, ...policy, 'Content-Type': TYPES[extname(name)] ?? 'text/plain' });
    answer.end(body);
  } catch {
    answer.writeHead(404, headers).end('Not found.');
  }
}

function attend(io, socket, sessions, rules, replies) {
  const { token, last_seq: since } = socket.handshake.auth;
  let session = sessions.get(token);
  const restored = Boolean(session);
  session ??= begin(sessions);
  const rooms = () => io.to(session.token);
  socket.join(session.token);
  socket.emit('session', { token: session.token, restored, expires: 0, seq: session.messages.length, busy: false });
  if (restored) {
    socket.emit('history', { messages: session.messages.slice(since), complete: true });
  }
  socket.on('say', async ({ id, text }, acknowledge) => {
    if (rules.silent) return;
    if (rules.refuse) return acknowledge(rules.refuse);
    const known = session.messages.find((message) => message.id === id);
    if (known) return acknowledge({ ok: true, seq: known.seq });
    const said = add(session, { from: 'patient', text, id }, rules.now);
    acknowledge({ ok: true, seq: said.seq });
    rooms().emit('message', said);
    rooms().emit('typing', { on: true });
    await new Promise((later) => setTimeout(later, rules.delay));
    rooms().emit('message', add(session, { from: 'bot', lang: 'en', ...replies(text, session) }, rules.now));
    rooms().emit('typing', { on: false });
  });
  socket.on('clear', (acknowledge) => {
    const old = session.token;
    sessions.delete(old);
    const fresh = begin(sessions);
    io.in(old).socketsJoin(fresh.token);
    Object.assign(session, fresh);
    sessions.set(fresh.token, session);
    io.to(fresh.token).emit('cleared');
    io.to(fresh.token).emit('session', { token: fresh.token, restored: false, expires: 0, seq: 0, busy: false });
    acknowledge({ ok: true });
  });
}

function begin(sessions) {
  const session = { token: randomUUID(), messages: [], form: undefined };
  sessions.set(session.token, session);
  return session;
}

function add(session, message, now) {
  const whole = { seq: session.messages.length + 1, time: new Date(now()).toISOString(), ...message };
  session.messages.push(whole);
  return whole;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await start({ port: Number(process.env.PORT ?? 5055) });
  console.log(`http://127.0.0.1:${port}/demo/`);
}
