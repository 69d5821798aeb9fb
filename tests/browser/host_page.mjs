// What the chat costs the page it is on: its policy, its load, its requests.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import { SITE, context, startPage, visit } from '../../widget/test/chat.mjs';

test('a page with the strictest policy works, and nothing breaks it', async () => {
  const place = await context();
  await place.addInitScript(() => {
    window.broken = [];
    document.addEventListener('securitypolicyviolation', (event) => window.broken.push(event.violatedDirective));
  });
  const policy = (await fetch(`${SITE}/demo/`)).headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  const chat = await (await visit(`${SITE}/demo/`, place)).open();
  await chat.say('how much is it');
  await chat.page.getByRole('button', { name: 'Show QR code' }).click();
  await chat.page.getByRole('img', { name: /QR code/ }).waitFor();
  await chat.page.getByRole('button', { name: 'Clear chat' }).click();
  await chat.page.getByRole('alertdialog').waitFor();
  assert.deepEqual(await chat.page.evaluate('window.broken'), []);
  chat.clean();
});

test('trusted types may be required', async () => {
  const policy = `require-trusted-types-for 'script'; trusted-types lit-html; script-src ${SITE}; style-src 'none'`;
  const page = await startPage(
    `<!doctype html><html lang="en"><title>Strict</title><p>Text</p><script type="module" src="${SITE}/chat/mesobot.js"></script>`,
    { 'Content-Security-Policy': policy },
  );
  const place = await context();
  // Its origin is not on the list of the assistant: it is answered as another path of our own.
  await place.route(`${SITE}/strict`, async (route) => route.fulfill({ response: await route.fetch({ url: page.url }) }));
  const chat = await (await visit(`${SITE}/strict`, place)).open();
  assert.match(await chat.say('does it hurt?'), /relatively painless/);
  chat.clean();
  await page.stop();
});

test('what is loaded is small', async () => {
  const chat = await visit(`${SITE}/demo/`);
  const size = async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer()), { level: 9 }).length;
  const launcher = await size(`${SITE}/chat/mesobot.js`);
  assert.ok(launcher <= 3000, `launcher: ${launcher}`);
  await chat.open();
  await chat.say('does it hurt?');
  const scripts = chat.requests.filter((url) => url.includes('/chat/') && url.endsWith('.js'));
  assert.equal(scripts.length, 2);
  const opened = (await Promise.all(scripts.map(size))).reduce((sum, each) => sum + each);
  assert.ok(opened <= 35_000, `opened: ${opened}`);
});

test('no request leaves the origin, from the first load to the last button', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  await chat.say('how much is it');
  await chat.page.getByRole('button', { name: 'Show QR code' }).click();
  await chat.say('my lips are swelling and i cannot breathe');
  await chat.page.keyboard.press('Escape');
  await chat.page.reload();
  await chat.open();
  await chat.answer(2);
  const others = chat.requests.filter((url) => !/^(data:|blob:)/.test(url) && new URL(url.replace(/^ws/, 'http')).origin !== SITE);
  assert.deepEqual(others, []);
  assert.ok(chat.requests.some((url) => url.startsWith('ws:')));
});

test('the page loads as fast with the launcher as without', { timeout: 60_000 }, async () => {
  const place = await context();
  await place.route('**/demo/?without', async (route) => {
    const answer = await route.fetch({ url: `${SITE}/demo/` });
    const body = (await answer.text()).replace(/<script[^>]*mesobot.js[^>]*><\/script>/, '');
    await route.fulfill({ response: answer, body });
  });
  await place.route('**/demo/?with', async (route) => {
    const answer = await route.fetch({ url: `${SITE}/demo/` });
    await route.fulfill({ response: answer, body: await answer.text() });
  });
  const page = await place.newPage();
  const times = { with: [], without: [] };
  const shifts = [];
  for (let round = 0; round < 16; round++) {
    for (const kind of ['with', 'without']) {
      await page.goto(`${SITE}/demo/?${kind}`, { waitUntil: 'load' });
      const { paint, shift } = await page.evaluate(
        () =>
          new Promise((tell) => {
            let shift = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) shift += entry.value;
            }).observe({ type: 'layout-shift', buffered: true });
            new PerformanceObserver((list) => {
              const paint = list.getEntries().at(-1).startTime;
              setTimeout(() => tell({ paint, shift }), 60);
            }).observe({ type: 'largest-contentful-paint', buffered: true });
          }),
      );
      if (round) times[kind].push(paint); // the first round fills the caches
      if (kind === 'with') shifts.push(shift);
    }
  }
  const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
  const spread = (all) => median(all.map((each) => Math.abs(each - median(all))));
  const more = median(times.with) - median(times.without);
  const noise = 3 * Math.max(spread(times.with), spread(times.without), 5);
  console.log(`largest paint: ${median(times.with)} ms with, ${median(times.without)} ms without, noise ${noise} ms`);
  assert.ok(more <= noise, `${more} ms more than without; noise is ${noise} ms`);
  assert.ok(Math.max(...shifts) < 0.01, 'the page moved');
});
