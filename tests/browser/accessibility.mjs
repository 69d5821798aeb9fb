// axe on every state, the order in which a screen reader meets the log, zoom and contrast modes.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { PHONE, context, start, visit } from '../../widget/test/chat.mjs';

const axe = createRequire(new URL('../../widget/package.json', import.meta.url)).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
let server;
before(async () => {
  server = await start({ delay: 0 });
});
after(() => server.stop());

const open = async (options = {}, path = 'demo/') => {
  const place = await context({ bypassCSP: true, ...options }); // axe itself is brought in as a script
  return (await visit(`http://127.0.0.1:${server.port}/${path}`, place)).open();
};

async function assertAccessible(chat, state) {
  await chat.page.addScriptTag({ path: axe });
  const { violations, passes } = await chat.page.evaluate(
    (values) => window.axe.run({ runOnly: { type: 'tag', values } }),
    RULES,
  );
  const found = violations.map(({ id, nodes }) => `${state}: ${id}\n  ${nodes.map((n) => `${n.html}\n  ${n.failureSummary}`).join('\n  ')}`);
  assert.deepEqual(found, []);
  assert.ok(passes.length > 20);
}

const forever = () => new Promise(() => {});
const STATES = {
  welcome: async () => {},
  answer: (chat) => chat.say('does it hurt?'),
  'used choices': async (chat) => {
    await chat.say('does it hurt?');
    await chat.choose('Any downtime?');
  },
  'long answer': (chat) => chat.say('what is mesotherapy'),
  contacts: async (chat) => {
    await chat.say('how much is it');
    await chat.page.getByRole('button', { name: 'Show QR code' }).click();
    await chat.page.getByRole('img', { name: /QR code/ }).waitFor();
  },
  form: async (chat) => {
    await chat.say('I would like a consultation');
    await chat.choose('WhatsApp');
    await chat.say('Ada Okur');
    await chat.say('0532 444 55 66');
  },
  emergency: (chat) => chat.say('my chest hurts'),
  distress: (chat) => chat.say('i feel hopeless'),
  'see a doctor today': (chat) => chat.say('there is pus and it is getting worse'),
  confirmation: async (chat) => {
    await chat.say('does it hurt?');
    await chat.page.getByRole('button', { name: 'Clear chat' }).click();
  },
  typed: async (chat) => {
    await chat.say('does it hurt?');
    await chat.input.fill('2');
  },
  'too long': async (chat) => chat.input.fill('long '.repeat(250)),
  offline: async (chat) => {
    await chat.say('does it hurt?');
    await chat.page.context().setOffline(true);
    await chat.input.fill('and then?');
    await chat.input.press('Enter');
    await chat.page.getByText('Waiting to be sent').waitFor();
  },
  limited: async (chat) => {
    server.rules.refuse = { ok: false, error: 'rate_limited', retry_after: 30, text: 'Slowly.' };
    await chat.input.fill('again');
    await chat.input.press('Enter');
    await chat.status.filter({ hasText: 'One moment' }).waitFor();
    server.rules.refuse = null;
  },
  refused: async (chat) => {
    server.rules.refuse = { ok: false, error: 'too_long', text: 'That is too long for me.' };
    await chat.input.fill('again');
    await chat.input.press('Enter');
    await chat.page.getByText('That is too long for me.').first().waitFor();
    server.rules.refuse = null;
  },
  closed: async (chat) => {
    await chat.page.getByRole('button', { name: 'Close chat' }).click();
  },
};

for (const [state, reach] of Object.entries(STATES)) {
  test(`no violation: ${state}, light and dark`, async () => {
    const chat = await open();
    await reach(chat);
    await assertAccessible(chat, state);
    await chat.page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(chat, `${state}, dark`);
    await chat.page.context().close();
  });
}

test('no violation on a phone, while typing, and when unread', async () => {
  const chat = await open(PHONE);
  await chat.say('does it hurt?');
  await assertAccessible(chat, 'phone');
  server.rules.delay = 1500;
  await chat.input.fill('numbing?');
  await chat.input.press('Enter');
  await chat.page.locator('.typing:not([hidden])').waitFor();
  await assertAccessible(chat, 'typing');
  await chat.page.getByRole('button', { name: 'Close chat' }).click();
  await chat.page.getByRole('button', { name: /1 new message/ }).waitFor();
  assert.equal(await chat.page.locator('#count').textContent(), '1 new message');
  await assertAccessible(chat, 'unread');
  server.rules.delay = 0;
});

for (const language of ['tr', 'ar']) {
  test(`no violation in ${language}`, async () => {
    const place = await context({ bypassCSP: true });
    await place.route('**/demo/', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace('mesobot.js"', `mesobot.js" data-language="${language}"`);
      await route.fulfill({ response: answer, body });
    });
    const chat = await (await visit(`http://127.0.0.1:${server.port}/demo/`, place)).open();
    await chat.say('my chest hurts');
    await assertAccessible(chat, language);
    const direction = await chat.answers.first().locator('p').evaluate((p) => getComputedStyle(p).direction);
    assert.equal(direction, 'ltr'); // the answer is English, whatever the frame is
    const frame = await chat.dialog.evaluate((dialog) => getComputedStyle(dialog).direction);
    assert.equal(frame, language === 'ar' ? 'rtl' : 'ltr');
  });
}

test('a screen reader meets the log in the order of the conversation', async () => {
  const chat = await open();
  await chat.say('does it hurt?');
  await chat.say('my chest hurts');
  const tree = await chat.log.ariaSnapshot();
  const order = [
    'log "Conversation"', 'heading "How can we help?"', 'automated assistant, not a doctor',
    'You:', 'does it hurt?', 'Assistant:', 'relatively painless', 'Source:', 'Is there numbing?',
    'You:', 'my chest hurts', 'Assistant:', 'heading "Emergency"', 'call 112 now', 'link "Call 112"',
  ];
  let from = 0;
  for (const part of order) {
    const at = tree.indexOf(part, from);
    assert.ok(at >= 0, `${part} does not come after ${tree.slice(Math.max(0, from - 60), from)} in\n${tree}`);
    from = at;
  }
  assert.match(tree, /group "Suggested replies[^"]*":\s+- button "Is there numbing\?" \[disabled\]/);
});

test('announcers exist before their first words, and say each answer once', async () => {
  const chat = await open();
  const regions = await chat.page.locator('mesobot-chat [role=status], mesobot-chat [role=alert]').count();
  assert.ok(regions >= 4);
  assert.equal(await chat.log.getAttribute('aria-live'), 'off'); // the announcer speaks, not both
  await chat.say('does it hurt?');
  assert.match(await chat.page.locator('#say').textContent(), /^Assistant: Most people/);
  await chat.say('my chest hurts');
  assert.match(await chat.page.locator('#shout').textContent(), /^Assistant: This can be an emergency/);
});

test('at 200 and 400 percent zoom everything is reachable without scrolling sideways', async () => {
  for (const [width, height] of [[640, 400], [320, 256]]) {
    const chat = await open({ viewport: { width, height } });
    await chat.say('does it hurt?');
    const overflow = await chat.dialog.evaluate((dialog) =>
      [...dialog.querySelectorAll('*')].filter(
        (each) => !each.closest('.hidden') && each.getBoundingClientRect().right > innerWidth + 1,
      ).length,
    );
    assert.equal(overflow, 0);
    assert.equal(await chat.input.isVisible(), true);
    const log = await chat.log.boundingBox();
    assert.ok(log.height > 60, `the log has ${log.height} at ${width}x${height}`);
  }
});

test('the focus stays inside while the panel covers the page', async () => {
  const chat = await open({ viewport: { width: 640, height: 400 } });
  await chat.say('does it hurt?');
  for (let i = 0; i < 25; i++) {
    await chat.page.keyboard.press(i < 14 ? 'Tab' : 'Shift+Tab');
    assert.notEqual(await chat.focused(), 'BODY');
    assert.equal(await chat.page.evaluate(() => document.activeElement.localName), 'mesobot-chat');
  }
});

test('reduced motion and forced colours are respected', async () => {
  const chat = await open({ forcedColors: 'active' });
  await chat.say('does it hurt?');
  const styles = await chat.page.evaluate(() => {
    const root = document.querySelector('mesobot-chat').shadowRoot;
    const of = (selector) => getComputedStyle(root.querySelector(selector));
    return {
      moves: [...root.querySelectorAll('*')].filter((each) => getComputedStyle(each).animationName !== 'none').length,
      border: of('.bubble').borderTopStyle,
      edge: of('dialog').borderTopWidth,
    };
  });
  assert.deepEqual(styles, { moves: 0, border: 'double', edge: '1px' });
});
