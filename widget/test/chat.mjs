// For the browser tests: a page with the chat, and what one does there.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { launch } from '../scripts/browser.mjs';
import { start as startServer, startPage as startPageServer } from './fake-server.mjs';

export const SITE = process.env.MESOBOT_URL; // the real assistant
export const FOREIGN = process.env.MESOBOT_FOREIGN_URL; // a page of another origin, embedding it
const CONTROL = process.env.MESOBOT_CONTROL_URL; // stops and starts the real assistant

const browser = await launch();
const started = [];
after(async () => {
  await browser.close();
  for (const each of started) await each.stop(); // of tests that failed
});

const noted = (server) => {
  let stopping;
  const { stop } = server;
  const noting = { ...server, stop: () => (stopping ??= stop()) };
  started.push(noting);
  return noting;
};

/** The stand-in server, and a page of an origin of its own. */
export const start = async (options) => noted(await startServer(options));
export const startPage = async (...page) => noted(await startPageServer(...page));

/** Stops or starts the real assistant. */
export async function control(what) {
  const answer = await fetch(`${CONTROL}/${what}`, { method: 'POST' });
  assert.equal(answer.status, 200, await answer.text());
}

export const context = (options = {}) =>
  browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });

export const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

/** A page with the chat. Every error of the page is one of the test. */
export async function visit(url, within = undefined) {
  const place = within ?? (await context());
  const page = await place.newPage();
  const chat = new Chat(page);
  page.on('pageerror', (error) => chat.errors.push(error.message));
  page.on('console', (line) => {
    if (line.type() === 'error' && !/ERR_|WebSocket connection/.test(line.text())) {
      chat.errors.push(line.text());
    }
  });
  page.on('request', (request) => chat.requests.push(request.url()));
  page.on('websocket', (socket) => chat.requests.push(socket.url()));
  await page.goto(url);
  await chat.bubble.waitFor();
  return chat;
}

export class Chat {
  errors = [];
  requests = [];

  constructor(page) {
    this.page = page;
    this.bubble = page.locator('mesobot-chat .launch');
    this.dialog = page.locator('mesobot-chat dialog');
    this.log = page.getByRole('log');
    this.input = page.locator('mesobot-chat textarea');
    this.answers = page.locator('.entry.bot .bubble');
    this.said = page.locator('.entry.patient .bubble');
    this.choices = page.locator('.entries .choices:not(.used)').last().getByRole('button');
    this.status = page.locator('mesobot-chat .status');
  }

  async open() {
    await this.bubble.click();
    await this.input.waitFor();
    return this;
  }

  /** Writes and returns the answer. */
  async say(text) {
    const before = await this.answers.count();
    await this.input.fill(text);
    await this.input.press('Enter');
    return this.answer(before + 1);
  }

  async choose(title) {
    const before = await this.answers.count();
    await this.choices.filter({ hasText: title }).first().click();
    return this.answer(before + 1);
  }

  /** The text of the nth answer, once it is there. */
  async answer(number) {
    await this.answers.nth(number - 1).waitFor({ timeout: 15_000 });
    return this.answers.nth(number - 1).innerText();
  }

  texts() {
    return this.page.locator('.entry .bubble').allInnerTexts();
  }

  /** What is focused, looked up through shadow roots. */
  focused() {
    return this.page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.className || element?.id || element?.tagName || '';
    });
  }

  stored() {
    return this.page.evaluate(() => ({ ...localStorage }));
  }

  clean() {
    assert.deepEqual(this.errors, []);
  }
}
