// Tabs of browsers for the tests: orders come in and everything heard goes out, a line of JSON each.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const tabs = new Map();

function say(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

// As the widget does: each connection begins with the session and the place that are known by then.
function resuming(first) {
  const known = { ...first };
  const read = (message) => (known.last_seq = Math.max(known.last_seq, message.seq));
  const heard = {
    session: ({ token, restored }) => Object.assign(known, { token }, restored ? {} : { last_seq: 0 }),
    history: ({ messages }) => messages.forEach(read),
    message: read,
  };
  return { auth: (tell) => tell(known), note: (event, data) => heard[event]?.(data) };
}

function connect({ tab, url, auth, transports, origin, query, resumes }) {
  const memory = resumes ? resuming(auth) : { auth, note: () => {} };
  const socket = io(url, {
    path: "/chat/socket.io/",
    auth: memory.auth,
    transports,
    forceNew: true,
    query,
    reconnectionDelay: 200,
    reconnectionDelayMax: 500,
    ...(origin === undefined ? {} : { extraHeaders: { Origin: origin } }),
  });
  tabs.set(tab, socket);
  socket.onAny((event, data) => {
    memory.note(event, data);
    say({ tab, event, data });
  });
  socket.on("connect", () => say({ tab, event: "connect", data: {} }));
  socket.on("disconnect", (reason) => say({ tab, event: "disconnect", data: { reason } }));
  socket.on("connect_error", (error) => {
    const status = error.description?.status ?? error.context?.status ?? null;
    const upgrade = /\b(\d{3})\b/.exec(error.description?.message ?? "")?.[1] ?? null;
    const data = { message: error.message, status: status ?? Number(upgrade), data: error.data };
    say({ tab, event: "connect_error", data });
  });
}

async function emit({ tab, number, event, data, seconds }) {
  try {
    const ack = await tabs.get(tab).timeout(seconds * 1000).emitWithAck(event, ...data);
    say({ tab, number, ack });
  } catch {
    say({ tab, number, ack: null });
  }
}

const orders = {
  connect,
  emit,
  close: ({ tab }) => tabs.get(tab).close(),
  // A tab that only ever says things, as fast as it can.
  flood: ({ tab, messages }) => {
    for (const data of messages) tabs.get(tab).emit("say", data, (ack) => say({ tab, flooded: ack }));
  },
  auth: ({ tab, auth }) => {
    tabs.get(tab).auth = auth;
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const order = JSON.parse(line);
  orders[order.do](order);
});
process.stdin.on("end", () => process.exit(0));
say({ ready: true });
