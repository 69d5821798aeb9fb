// With the real assistant, embedded by one script tag into a page of another origin.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOREIGN, SITE, context, control, visit } from '../../widget/test/chat.mjs';

test('one script tag on another site: from the first message to the answer', async () => {
  const chat = await visit(FOREIGN);
  await chat.open();
  assert.match(await chat.log.innerText(), /automated assistant, not a doctor/);
  assert.match(await chat.say('does it hurt?'), /relatively painless/);
  assert.match(await chat.page.locator('.entry.bot .meta').innerText(), /From the clinic's article/);
  assert.ok((await chat.choices.count()) >= 2);

  const origins = new Set(chat.requests.map((url) => new URL(url.replace(/^ws/, 'http')).origin));
  assert.deepEqual([...origins].sort(), [new URL(FOREIGN).origin, SITE].sort());
  assert.deepEqual(await chat.page.context().cookies(), []);
  assert.deepEqual(Object.keys(await chat.stored()), ['mesobot-session']);
  chat.clean();
});

test('choices are buttons, and used up once one of them is taken', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  await chat.say('does it hurt?');
  const titles = await chat.choices.allInnerTexts();
  await chat.choose(titles[0].replace(/^\d\s*/, ''));
  const used = chat.page.locator('.choices.used').first().getByRole('button');
  assert.equal(await used.count(), titles.length);
  for (const button of await used.all()) assert.equal(await button.isDisabled(), true);
  chat.clean();
});

test('a reload keeps the conversation', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  await chat.say('does it hurt?');
  await chat.say('how many sessions do i need');
  const before = await chat.texts();
  await chat.page.reload();
  await chat.open();
  await chat.answer(2);
  assert.deepEqual(await chat.texts(), before);
  assert.match(await chat.say('and is there numbing?'), /numbing|anesthetic/i);
  chat.clean();
});

test('two tabs show the same conversation', async () => {
  const place = await context();
  const one = await (await visit(`${SITE}/demo/`, place)).open();
  await one.say('does it hurt?');
  const two = await (await visit(`${SITE}/demo/`, place)).open();
  await two.answer(1);
  await two.say('how long does a session take');
  await one.answer(2);
  await one.choose(''); // the first choice there is
  await two.answer(3);
  assert.deepEqual(await one.texts(), await two.texts());
  one.clean();
  two.clean();
});

test('"clear chat" asks first, then erases in all tabs and on the server', async () => {
  const place = await context();
  const one = await (await visit(`${SITE}/demo/`, place)).open();
  await one.say('does it hurt?');
  const two = await (await visit(`${SITE}/demo/`, place)).open();
  await two.answer(1);
  const token = (await one.stored())['mesobot-session'];

  await one.page.getByRole('button', { name: 'Clear chat' }).click();
  await one.page.getByRole('alertdialog').getByRole('button', { name: 'Keep' }).click();
  assert.equal(await one.answers.count(), 1);

  await one.page.getByRole('button', { name: 'Clear chat' }).click();
  await one.page.getByRole('alertdialog').getByRole('button', { name: 'Clear' }).click();
  await one.answers.first().waitFor({ state: 'detached' });
  await two.answers.first().waitFor({ state: 'detached' });
  assert.notEqual((await one.stored())['mesobot-session'], token);
  await one.page.reload();
  await one.open();
  await one.say('thanks');
  assert.equal(await one.answers.count(), 1);
  one.clean();
});

test('offline and back: what was written meanwhile is sent once, in order', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  await chat.say('does it hurt?');
  await chat.page.context().setOffline(true);
  await chat.status.filter({ hasText: 'You are offline' }).waitFor();
  await chat.input.fill('how many sessions');
  await chat.input.press('Enter');
  await chat.input.fill('any side effects');
  await chat.input.press('Enter');
  assert.equal(await chat.page.getByText('Waiting to be sent').count(), 2);
  await chat.page.context().setOffline(false);
  await chat.answer(3);
  await chat.status.waitFor({ state: 'detached' });
  assert.deepEqual(await chat.said.allInnerTexts(), ['does it hurt?', 'how many sessions', 'any side effects']);
  assert.equal(await chat.answers.count(), 3);
});

test('the server restarts: the chat reconnects by itself and nothing is lost', { timeout: 90_000 }, async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  await chat.say('does it hurt?');
  const before = await chat.texts();
  await control('stop');
  // Which of the two depends on how long the server takes to stop.
  await chat.status.filter({ hasText: /The connection was lost|I cannot reach/ }).waitFor();
  assert.match(await chat.status.innerText(), /In an emergency call 112/);
  await chat.input.fill('any side effects');
  await chat.input.press('Enter');
  await control('start');
  await chat.answers.nth(1).waitFor({ timeout: 60_000 });
  const after = await chat.texts();
  assert.deepEqual(after.slice(0, before.length), before);
  assert.equal(after.length, before.length + 2);
});
