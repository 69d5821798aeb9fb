// The browsers of benchmarks/web_sockets.py: real socket.io clients, many of them.
import { io } from "socket.io-client";
import { createInterface } from "node:readline";

const order = JSON.parse(await new Promise((done) => createInterface({ input: process.stdin }).once("line", done)));
const { url, questions } = order;
const heard = { drops: 0, unanswered: 0 };
let closing = false;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function open() {
  const socket = io(url, {
    path: "/chat/socket.io/",
    transports: ["websocket"],
    forceNew: true,
    auth: { protocol: 1, token: null, last_seq: 0, lang: "en" },
  });
  socket.on("disconnect", () => (heard.drops += closing ? 0 : 1));
  return new Promise((done, fail) => {
    socket.once("session", () => done(socket));
    socket.once("connect_error", fail);
  });
}

/** Milliseconds from sending to the reply. */
async function ask(socket, text) {
  const began = performance.now();
  const reply = new Promise((done) => {
    const listen = (message) => {
      if (message && message.from !== "bot") return;
      socket.off("message", listen);
      clearTimeout(patience);
      if (!message) heard.unanswered += 1;
      done(message ? performance.now() - began : null);
    };
    const patience = setTimeout(listen, 15000);
    socket.on("message", listen);
  });
  const ack = await socket.timeout(10000).emitWithAck("say", { id: crypto.randomUUID(), text });
  if (!ack.ok) throw new Error(ack.error);
  return reply;
}

async function askOverRest(sender, message) {
  const began = performance.now();
  const answer = await fetch(`${url}/webhooks/rest/webhook`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sender, message }),
  });
  await answer.json();
  return performance.now() - began;
}

/**
 * One after the other, in turns over both ways, so that both meet the same machine. Each way gets
 * every other question: the second time a question comes, the encoder is quicker.
 */
async function latency({ turns, perConversation }) {
  const socketTimes = [];
  const restTimes = [];
  for (let turn = 0; turn < turns; turn += perConversation) {
    const socket = await open();
    for (let number = turn; number < Math.min(turn + perConversation, turns); number += 1) {
      const one = questions[(2 * number) % questions.length];
      const other = questions[(2 * number + 1) % questions.length];
      socketTimes.push(await ask(socket, one));
      restTimes.push(await askOverRest(`bench-${turn}`, other));
    }
    closing = true;
    socket.close();
    closing = false;
  }
  return { socket: socketTimes, rest: restTimes };
}

async function sessions({ idle, active, seconds, secondsBetween }) {
  const quiet = [];
  for (let number = 0; number < idle; number += 1) quiet.push(await open());
  const busy = [];
  for (let number = 0; number < active; number += 1) busy.push(await open());
  process.stdout.write(JSON.stringify({ connected: quiet.length + busy.length }) + "\n");
  const end = Date.now() + seconds * 1000;
  const times = [];
  await Promise.all(
    busy.map(async (socket, number) => {
      await pause(Math.random() * secondsBetween * 1000);
      for (let turn = number; Date.now() < end; turn += 1) {
        times.push(await ask(socket, questions[turn % questions.length]));
        await pause(secondsBetween * 1000 * (0.5 + Math.random()));
      }
    }),
  );
  const alive = [...quiet, ...busy].filter((socket) => socket.connected).length;
  closing = true;
  for (const socket of [...quiet, ...busy]) socket.close();
  await pause(500);
  return { times, alive, ...heard };
}

const result = await { latency, sessions }[order.what](order);
process.stdout.write(JSON.stringify({ result }) + "\n");
process.exit(0);
