// The page that plays a phone on WhatsApp, against the fake Graph API.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch } from '../../widget/scripts/browser.mjs';

const { GRAPH_URL, GRAPH_MESSAGES, GRAPH_TOKEN } = process.env;
let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function phone(options = {}) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })).newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(error.message));
  page.on('console', (line) => line.type() === 'error' && page.errors.push(line.text()));
  await page.goto(GRAPH_URL);
  return page;
}

async function say(page, text) {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.keyboard.press('Enter');
  await page.locator('.bubble.mine').last().filter({ hasText: text }).waitFor();
  return page.evaluate(() => JSON.parse(localStorage.getItem('person')));
}

async function answer(person, content) {
  const done = await fetch(GRAPH_MESSAGES, {
    method: 'POST',
    headers: { Authorization: `Bearer ${GRAPH_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ messaging_product: 'whatsapp', ...content, ...(person && { recipient: person.user_id }) }),
  });
  assert.equal(done.status, 200, await done.text());
}

const diary = async () => (await fetch(`${GRAPH_URL}/control/diary`)).json();
const interactive = (type, action) => ({ type: 'interactive', interactive: { type, body: { text: 'Which?' }, action } });

test('ticks, typing, marks, and nothing that runs', async () => {
  const page = await phone();
  const person = await say(page, 'does it hurt?');
  const { id } = (await diary()).findLast((each) => each.kind === 'said');
  await answer(null, { status: 'read', message_id: id, typing_indicator: { type: 'text' } });
  await page.getByText('typing …').waitFor();
  assert.equal(await page.locator('.bubble.mine .seen').textContent(), ' ✓✓');
  const hostile = '*bold* <img src=x onerror="document.title=1"> javascript:alert(1) https://wa.me/905431974320';
  await answer(person, { type: 'text', text: { body: hostile } });
  const bubble = page.locator('.bubble.theirs').last();
  await bubble.waitFor();
  assert.equal(await bubble.locator('strong').textContent(), 'bold');
  assert.deepEqual(await bubble.locator('a').allTextContents(), ['https://wa.me/905431974320']);
  assert.equal(await bubble.locator('img').count(), 0);
  assert.equal(await page.locator('#doing').textContent(), 'business account');
  assert.deepEqual(page.errors, []);
});

test('a button is tapped once, a row of a list is chosen', async () => {
  const page = await phone();
  const person = await say(page, 'hello');
  await answer(person, interactive('button', { buttons: [{ type: 'reply', reply: { id: 'y', title: 'Yes' } }] }));
  await page.getByRole('button', { name: 'Yes' }).click();
  await page.locator('.bubble.mine', { hasText: 'Yes' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Yes' }).isDisabled(), true);
  await answer(person, interactive('list', { button: 'Choose', sections: [{ rows: [{ id: 'a', title: 'Acne scars' }] }] }));
  await page.getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Acne scars' }).click();
  await page.locator('.bubble.mine', { hasText: 'Acne scars' }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.deepEqual(page.errors, []);
});

test('the chat is there again after a reload, and not on another phone', async () => {
  const page = await phone();
  await say(page, 'remember me');
  await page.reload();
  await page.locator('.bubble.mine', { hasText: 'remember me' }).waitFor();
  await page.getByRole('button', { name: 'New patient' }).click();
  await say(page, 'somebody else');
  assert.equal(await page.locator('.bubble').count(), 1);
});

const axe = createRequire(new URL('../../widget/package.json', import.meta.url)).resolve('axe-core/axe.min.js');
for (const colorScheme of ['light', 'dark']) {
  test(`everybody can use it (${colorScheme})`, async () => {
    const page = await phone({ colorScheme, bypassCSP: true }); // axe itself is brought in as a script
    const person = await say(page, 'hello');
    await answer(person, interactive('list', { button: 'Choose', sections: [{ rows: [{ id: 'a', title: 'Acne scars', description: 'or others' }] }] }));
    await page.addScriptTag({ path: axe });
    for (const name of ['Choose', 'Close', 'Send something else']) {
      await page.getByRole('button', { name, exact: true }).or(page.getByRole('button', { name: `☰ ${name}` })).click();
      const { violations } = await page.evaluate(() => window.axe.run());
      const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map((node) => node.html).join(', ')}`);
      assert.deepEqual(found, []);
    }
  });
}
