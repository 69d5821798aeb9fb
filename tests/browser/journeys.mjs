// Whole ways through the real assistant: a consultation request, an emergency, a phone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, SITE, context, visit } from '../../widget/test/chat.mjs';

test('a consultation request to its end, with buttons, numbers and text', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  assert.match(await chat.say('I would like to book a consultation'), /reach|WhatsApp/i);
  await chat.choose('WhatsApp');
  assert.match(await chat.say('Ada Okur'), /number/i);
  await chat.say('0532 444 55 66');
  const second = (await chat.choices.nth(1).innerText()).replace(/^\d\s*/, '');
  await chat.say('2'); // the second choice, by its number
  assert.equal(await chat.said.last().innerText(), second);
  let answer = await chat.choose('Any time');
  assert.match(answer, /Privacy/);
  for (let step = 0; step < 3 && !/M-[A-Z0-9]{6}/.test(answer); step++) answer = await chat.say('yes');
  assert.match(answer, /Your reference is M-[A-Z0-9]{6}/);
  chat.clean();
});

test('an emergency stands out, with a button that calls 112', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  assert.match(await chat.say('my lips are swelling and i cannot breathe'), /112/);
  const alarm = chat.page.locator('.bubble.medical_emergency');
  assert.equal(await alarm.getByRole('heading', { name: 'Emergency' }).count(), 1);
  const call = alarm.getByRole('link', { name: 'Call 112' });
  assert.equal(await call.getAttribute('href'), 'tel:112');
  assert.ok((await call.boundingBox()).height >= 44);
  assert.match(await chat.page.locator('#shout').innerText(), /112/); // read out at once
  chat.clean();
});

test('prices: the way to the clinic is a card with a QR code', async () => {
  const chat = await (await visit(`${SITE}/demo/`)).open();
  await chat.say('how much is it');
  const card = chat.page.getByRole('link', { name: /Write on WhatsApp/ });
  assert.match(await card.getAttribute('href'), /^https:\/\/wa\.me\/905431974320/);
  assert.equal(await card.getAttribute('rel'), 'noopener noreferrer');
  await chat.page.getByRole('button', { name: 'Show QR code' }).click();
  await chat.page.getByRole('img', { name: /QR code/ }).waitFor();
  assert.equal(await chat.focused(), 'plain');
  chat.clean();
});

test('on a phone: full screen, modal, no focus on the input, targets large enough', async () => {
  const chat = await visit(`${SITE}/demo/`, await context(PHONE));
  await chat.bubble.tap();
  await chat.dialog.waitFor();
  const box = await chat.dialog.boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 740]);
  assert.equal(await chat.dialog.evaluate((dialog) => dialog.matches(':modal')), true);
  assert.equal(await chat.focused(), 'title');
  await chat.page.getByRole('button', { name: 'Does it hurt?' }).tap();
  await chat.answer(1);
  assert.equal(await chat.focused(), 'log'); // not the input: no keyboard over the answer
  const small = await chat.page.locator('mesobot-chat dialog').evaluate((dialog) =>
    [...dialog.querySelectorAll('button:not(:disabled), textarea, .card a, .call')]
      .map((each) => [each.className, each.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 44 || height < 44)
      .map(([name]) => name),
  );
  assert.deepEqual(small, []);
  const wide = await chat.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `the page is ${wide} wide`);
  await chat.page.getByRole('button', { name: 'Close chat' }).tap();
  assert.equal(await chat.focused(), 'launch');
  chat.clean();
});

test('keyboard only: open, ask, choose by number, leave, come back', async () => {
  const chat = await visit(`${SITE}/demo/`);
  const { keyboard } = chat.page;
  for (let i = 0; i < 30 && (await chat.focused()) !== 'launch'; i++) await keyboard.press('Tab');
  assert.equal(await chat.focused(), 'launch');
  await keyboard.press('Enter');
  await chat.input.waitFor();
  assert.equal(await chat.focused(), 'draft');
  await keyboard.type('does it hurt?');
  await keyboard.press('Enter');
  await chat.answer(1);
  const first = (await chat.choices.first().innerText()).replace(/^\d\s*/, '');
  await keyboard.type('1');
  assert.match(await chat.page.locator('#hint').innerText(), new RegExp(`Enter.*${first.slice(0, 8)}`));
  await keyboard.press('Enter');
  await chat.answer(2);
  assert.equal(await chat.said.nth(1).innerText(), first);
  await keyboard.type('Line one');
  await keyboard.press('Shift+Enter');
  await keyboard.type('line two');
  assert.equal(await chat.input.inputValue(), 'Line one\nline two');
  await keyboard.press('Shift+Tab'); // back to the choices
  assert.match(await chat.focused(), /chip/);
  await keyboard.press('Escape');
  assert.equal(await chat.dialog.isVisible(), false);
  assert.equal(await chat.focused(), 'launch');
  await keyboard.press('Enter');
  assert.equal(await chat.input.inputValue(), 'Line one\nline two'); // the draft is still there
  chat.clean();
});
