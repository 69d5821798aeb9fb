// States that a friendly server never shows, played by the stand-in server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, context, start, visit } from '../../widget/test/chat.mjs';

const demo = (server) => `http://127.0.0.1:${server.port}/demo/`;

async function withAttributes(server, attributes, options = {}) {
  const place = await context(options);
  await place.route('**/demo/', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('mesobot.js"', `mesobot.js" ${attributes}`);
    await route.fulfill({ response: answer, body });
  });
  return visit(demo(server), place);
}

test('too many messages: it says so, waits and goes on by itself', async () => {
  const server = await start({ delay: 0 });
  const chat = await (await visit(demo(server))).open();
  server.rules.refuse = { ok: false, error: 'rate_limited', retry_after: 2, text: 'Slowly.' };
  await chat.input.fill('does it hurt?');
  await chat.input.press('Enter');
  await chat.status.filter({ hasText: 'One moment, please' }).waitFor();
  assert.match(await chat.status.innerText(), /call 112/);
  server.rules.refuse = null;
  assert.match(await chat.answer(1), /relatively painless/);
  await chat.status.waitFor({ state: 'detached' });
  await server.stop();
});

test('a server that cannot answer: its way out is shown, and the message goes when it can', async () => {
  const server = await start({ delay: 0 });
  const chat = await (await visit(demo(server))).open();
  server.rules.refuse = { ok: false, error: 'unavailable', text: 'Please write on WhatsApp.' };
  await chat.input.fill('does it hurt?');
  await chat.input.press('Enter');
  await chat.page.getByText('Please write on WhatsApp.').waitFor();
  await chat.page.getByText('Waiting to be sent').waitFor();
  server.rules.refuse = null;
  assert.match(await chat.answer(1), /relatively painless/);
  assert.equal(await chat.said.count(), 1);
  await server.stop();
});

test('a page older than the server asks to be reloaded', async () => {
  const server = await start();
  server.io.use((_, next) => next(Object.assign(new Error('old'), { data: { error: 'protocol' } })));
  const chat = await (await visit(demo(server))).open();
  await chat.status.filter({ hasText: 'Please reload the page' }).waitFor();
  await server.stop();
});

for (const viewport of [{ width: 1280, height: 800 }, { width: 400, height: 700 }]) {
  test(`Escape answers the question first, then closes the chat, ${viewport.width} wide`, async () => {
    const server = await start({ delay: 0 });
    const chat = await (await visit(demo(server), await context({ viewport }))).open();
    await chat.say('does it hurt?');
    await chat.page.getByRole('button', { name: 'Clear chat' }).click();
    assert.equal(await chat.focused(), 'quiet'); // "Keep" is the safe one
    await chat.page.keyboard.press('Escape');
    assert.equal(await chat.page.getByRole('alertdialog').count(), 0);
    assert.equal(await chat.dialog.isVisible(), true);
    assert.equal(await chat.focused(), 'draft');
    await chat.page.keyboard.press('Escape');
    assert.equal(await chat.dialog.isVisible(), false);
    assert.equal(await chat.focused(), 'launch');
    assert.equal(await chat.answers.count(), 1);
    await server.stop();
  });
}

test('a refused message says why and can be edited', async () => {
  const server = await start({ delay: 0 });
  const chat = await (await visit(demo(server))).open();
  server.rules.refuse = { ok: false, error: 'too_long', text: 'That is too long for me.' };
  await chat.input.fill('a very long text');
  await chat.input.press('Enter');
  await chat.page.getByText('Not sent. That is too long for me.').first().waitFor();
  server.rules.refuse = null;
  await chat.page.getByRole('button', { name: 'Edit' }).click();
  assert.equal(await chat.input.inputValue(), 'a very long text');
  assert.equal(await chat.focused(), 'draft');
  await server.stop();
});

test('a message without confirmation is sent again with the same id, and answered once', { timeout: 60_000 }, async () => {
  const sessions = new Map();
  let server = await start({ delay: 0, sessions });
  const { port } = server;
  const chat = await (await visit(demo(server))).open();
  await chat.say('does it hurt?');
  server.rules.silent = true; // it hears, but never confirms
  await chat.input.fill('numbing?');
  await chat.input.press('Enter');
  await chat.page.waitForTimeout(300);
  await server.stop();
  await chat.status.filter({ hasText: 'connection was lost' }).waitFor();
  server = await start({ port, delay: 0, sessions });
  await chat.answers.nth(1).waitFor({ timeout: 30_000 });
  assert.equal(await chat.said.count(), 2);
  const ids = [...sessions.values()].flatMap(({ messages }) => messages.flatMap(({ id }) => id ?? []));
  assert.equal(new Set(ids).size, 2);
  assert.equal(ids.length, 2);
  await server.stop();
});

test('a missing message is asked for again', async () => {
  const server = await start({ delay: 0 });
  const chat = await (await visit(demo(server))).open();
  await chat.say('does it hurt?');
  const [session] = server.sessions.values();
  const add = (text) => {
    const message = { seq: session.messages.length + 1, from: 'bot', text, time: new Date().toISOString() };
    session.messages.push(message);
    return message;
  };
  add('lost on the way');
  server.io.emit('message', add('came through'));
  await chat.answer(3);
  assert.deepEqual((await chat.answers.allInnerTexts()).slice(1), ['lost on the way', 'came through']);
  await server.stop();
});

test('an answer that comes while the chat is closed is counted on the button', async () => {
  const server = await start({ delay: 700 });
  const chat = await (await visit(demo(server))).open();
  await chat.input.fill('does it hurt?');
  await chat.input.press('Enter');
  await chat.page.locator('.typing:not([hidden])').waitFor();
  await chat.page.keyboard.press('Escape');
  const button = chat.page.getByRole('button', { name: /Ask a question.*1 new message/ });
  await button.waitFor();
  assert.equal(await chat.page.locator('.badge').innerText(), '1');
  await chat.open();
  await chat.page.keyboard.press('Escape');
  assert.equal(await chat.page.locator('.badge').isVisible(), false);
  await server.stop();
});

test('leaving before the answer: the next page shows it as unread without being asked', async () => {
  const server = await start({ delay: 900 });
  const chat = await (await visit(demo(server))).open();
  await chat.input.fill('does it hurt?');
  await chat.input.press('Enter');
  await chat.page.locator('.typing:not([hidden])').waitFor();
  await chat.page.goto(`${demo(server)}theming.html`);
  await chat.page.getByRole('button', { name: /1 new message/ }).waitFor();
  assert.equal(await chat.dialog.isVisible(), false);
  await server.stop();
});

test('before it is opened, only the launcher is loaded and nothing is stored', async () => {
  const server = await start();
  const chat = await visit(demo(server));
  await chat.page.waitForTimeout(500);
  const own = chat.requests.filter((url) => url.includes('/chat/')).map((url) => new URL(url).pathname);
  assert.deepEqual(own, ['/chat/mesobot.js']);
  assert.deepEqual(await chat.stored(), {});
  await server.stop();
});

test('opening by itself takes no focus', async () => {
  const server = await start();
  const chat = await withAttributes(server, 'data-auto-open="0.3"');
  await chat.page.getByRole('link', { name: 'Theming' }).focus();
  await chat.input.waitFor();
  assert.equal(await chat.page.evaluate(() => document.activeElement.textContent), 'Theming');
  await server.stop();
});

test('it works where nothing may be stored', async () => {
  const server = await start({ delay: 0 });
  const place = await context();
  await place.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const chat = await (await visit(demo(server), place)).open();
  assert.match(await chat.say('does it hurt?'), /relatively painless/);
  chat.clean();
  await server.stop();
});

test('an ended session begins anew and says so', async () => {
  const server = await start({ delay: 0 });
  const chat = await (await visit(demo(server))).open();
  await chat.say('does it hurt?');
  server.sessions.clear();
  server.io.disconnectSockets(true);
  await chat.status.filter({ hasText: 'earlier conversation has ended' }).waitFor();
  assert.equal(await chat.answers.count(), 0);
  await server.stop();
});

for (const [size, options] of [['large', {}], ['small', PHONE]]) {
  test(`moved to another place in the page it goes on, on a ${size} screen`, async () => {
    const server = await start({ delay: 0 });
    const chat = await (await visit(demo(server), await context(options))).open();
    await chat.say('does it hurt?');
    await chat.page.evaluate(() => {
      const body = document.createElement('div');
      document.body.append(body);
      body.append(document.querySelector('mesobot-chat'));
    });
    assert.match(await chat.say('is there numbing?'), /numbing cream/);
    assert.equal(await chat.answers.count(), 2);
    assert.equal(await chat.dialog.evaluate((dialog) => dialog.matches(':modal')), size === 'small');
    await chat.page.evaluate(() => document.querySelector('mesobot-chat').remove());
    for (let wait = 0; server.io.engine.clientsCount && wait < 50; wait++) await chat.page.waitForTimeout(100);
    assert.equal(server.io.engine.clientsCount, 0);
    chat.clean();
    await server.stop();
  });
}

test('scrolling back while an answer is written is not undone by typing', async () => {
  const server = await start({ delay: 2500 });
  const chat = await (await visit(demo(server))).open();
  await chat.say('what is mesotherapy?');
  await chat.input.fill('and what else is there to know about everything?');
  await chat.input.press('Enter');
  await chat.page.locator('.typing:not([hidden])').waitFor();
  await chat.page.waitForTimeout(200);
  await chat.log.evaluate((log) => log.scrollTo({ top: 0, behavior: 'instant' }));
  await chat.input.pressSequentially('meanwhile');
  assert.equal(await chat.log.evaluate((log) => log.scrollTop), 0);
  await server.stop();
});

test('words, place, language and theme come from the script tag', async () => {
  const server = await start({ delay: 0 });
  const chat = await withAttributes(
    server,
    'data-language="tr" data-position="left" data-theme="dark" data-title="Özel başlık" data-greeting="Hoş geldiniz" data-suggestions="Bir|İki" data-privacy-link="https://clinic.example/gizlilik"',
  );
  assert.equal(await chat.bubble.innerText(), 'Soru sorun');
  await chat.open();
  assert.equal((await chat.dialog.boundingBox()).x, 24);
  await chat.page.getByRole('heading', { name: 'Özel başlık' }).waitFor();
  await chat.page.getByRole('heading', { name: 'Hoş geldiniz' }).waitFor();
  assert.equal(await chat.page.getByRole('button', { name: 'İki' }).count(), 1);
  assert.equal(await chat.page.locator('.welcome a').getAttribute('href'), 'https://clinic.example/gizlilik');
  const paper = await chat.dialog.evaluate((dialog) => getComputedStyle(dialog).backgroundColor);
  assert.equal(paper, 'rgb(19, 27, 26)');
  chat.clean();
  await server.stop();
});
