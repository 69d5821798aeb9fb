// Thirty hostile texts in both directions: nothing runs, nothing is fetched, all is shown as text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, start, visit } from '../../widget/test/chat.mjs';

const PAYLOADS = [
  '<script>window.hit=1</script>',
  '<img src=x onerror="window.hit=1">',
  '<svg onload="window.hit=1">',
  '<svg><script>window.hit=1</script></svg>',
  '"><script>window.hit=1</script>',
  "'><img src=x onerror=window.hit=1>",
  '</p></div><script>window.hit=1</script>',
  '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
  '<iframe src="javascript:parent.hit=1"></iframe>',
  '<a href="javascript:window.hit=1">click</a>',
  '<a href="data:text/html,<script>opener.hit=1</script>">click</a>',
  '<body onload=window.hit=1>',
  '<details open ontoggle=window.hit=1>',
  '<input autofocus onfocus=window.hit=1>',
  '<video><source onerror=window.hit=1></video>',
  '<math><mtext><style><img src=x onerror=window.hit=1></style></mtext></math>',
  '<template><script>window.hit=1</script></template>',
  '<object data="javascript:window.hit=1"></object>',
  '<style>@import "//evil.example/x.css";*{background:url(//evil.example/y)}</style>',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<base href="//evil.example/">',
  '<meta http-equiv=refresh content="0;url=javascript:window.hit=1">',
  '<form action="javascript:window.hit=1"><button autofocus>go</button></form>',
  '${window.hit=1}',
  '{{constructor.constructor("window.hit=1")()}}',
  '<!--lit-part--><script>window.hit=1</script><!--/lit-part-->',
  '?lit$123456789$<img src=x onerror=window.hit=1>',
  '\u202e<script>window.hit=1</script>\u202c',
  '&lt;script&gt;window.hit=1&lt;/script&gt;',
  'https://evil.example/"onmouseover="window.hit=1',
];
const HREFS = ['javascript:window.hit=1', 'data:text/html,<script>window.hit=1</script>', 'vbscript:x'];
const KINDS = ['whatsapp', 'email', 'tel', 'web'];

/** Answers with the payload in every place where an answer has text. */
const hostile = (text) => ({
  text,
  label: text,
  lang: text,
  alarm: PAYLOADS.indexOf(text) % 5 ? undefined : 'medical_emergency',
  choices: [{ title: text, value: text }],
  links: KINDS.flatMap((kind) => [...HREFS, text].map((href) => ({ kind, href, text }))),
});

/** Hovers, focuses and clicks whatever a payload could have become. */
async function provoke(chat) {
  for (const link of await chat.page.locator('.entries a').all()) {
    assert.match(await link.getAttribute('href'), /^(https:|tel:112$)/);
  }
  await chat.log.hover();
  await chat.page.waitForTimeout(100);
}

async function untouched(chat, server) {
  assert.equal(await chat.page.evaluate('window.hit'), undefined);
  const made = await chat.page.evaluate(() => {
    const root = document.querySelector('mesobot-chat').shadowRoot;
    const log = root.querySelector('[role=log]');
    return [...log.querySelectorAll('script,img,iframe,object,video,style,link,base,meta,form,input,math,details,template')].length;
  });
  assert.equal(made, 0);
  const own = `http://127.0.0.1:${server.port}`;
  for (const url of chat.requests) assert.equal(url.replace(/^ws/, 'http').startsWith(`${own}/`), true, url);
  chat.clean();
}

test('thirty payloads, written by a patient and answered by the server', { timeout: 90_000 }, async () => {
  assert.equal(PAYLOADS.length, 30);
  const server = await start({ delay: 0, replies: hostile });
  const place = await context({ bypassCSP: true }); // the texts are harmless, not the page's policy
  const chat = await (await visit(`http://127.0.0.1:${server.port}/demo/`, place)).open();
  for (const payload of PAYLOADS) {
    await chat.say(payload);
    assert.equal(await chat.said.last().locator('p').evaluate((p) => p.textContent), payload.trim());
  }
  const shown = await chat.answers.evaluateAll((all) =>
    all.map((each) => [...each.querySelectorAll('p')].map((p) => p.textContent).join('')),
  );
  assert.deepEqual(shown, PAYLOADS);
  await provoke(chat);
  await untouched(chat, server);

  await chat.page.reload(); // and once more from the history
  await chat.open();
  await chat.answer(PAYLOADS.length);
  await provoke(chat);
  await untouched(chat, server);

  await chat.choices.last().click(); // a choice with a payload in title and value
  await chat.answer(PAYLOADS.length + 1);
  await untouched(chat, server);
  await server.stop();
});

test('hostile attributes on the script tag change words only', async () => {
  const server = await start({ delay: 0 });
  const evil = '&lt;img src=x onerror=window.hit=1&gt;';
  const place = await context({ bypassCSP: true });
  await place.route('**/demo/', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(
      'mesobot.js"',
      `mesobot.js" data-label="${evil}" data-title="${evil}" data-greeting="${evil}" data-suggestions="${evil}|b" data-privacy-link="javascript:window.hit=1" data-language="${evil}" data-direction="${evil}" data-theme="${evil}" data-position="${evil}"`,
    );
    await route.fulfill({ response: answer, body });
  });
  const chat = await (await visit(`http://127.0.0.1:${server.port}/demo/`, place)).open();
  assert.equal(await chat.page.locator('.welcome a[href^="javascript"]').count(), 0);
  await untouched(chat, server);
  await server.stop();
});

test('a server that sends nonsense breaks nothing', async () => {
  const server = await start({ delay: 0 });
  const chat = await (await visit(`http://127.0.0.1:${server.port}/demo/`)).open();
  for (const event of ['message', 'history', 'session', 'typing', 'nothing']) {
    for (const value of [null, 5, 'x', [], {}, { messages: [null, 7] }, { seq: 'x' }, { seq: 1e9, from: 'bot' }]) {
      server.io.emit(event, value);
    }
  }
  assert.match(await chat.say('does it hurt?'), /relatively painless/);
  chat.clean();
  await server.stop();
});
