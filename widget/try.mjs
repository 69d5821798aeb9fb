import { launch } from './scripts/browser.mjs';
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1280, height: 880 }, colorScheme: process.env.SCHEME ?? 'light' })).newPage();
page.on('console', (m) => m.type() === 'error' && console.log('CONSOLE', m.text()));
page.on('pageerror', (e) => console.log('PAGEERROR', e.message));
await page.goto('http://127.0.0.1:7108/');
const log = page.locator('#log');
async function settle(before) { // wait for a new bubble of theirs
  await page.waitForFunction((n) => document.querySelectorAll('.bubble.theirs').length > n, before, { timeout: 15000 }).catch(() => console.log('   (no answer)'));
  await page.waitForTimeout(300);
}
async function turn(act, label) {
  const before = await page.locator('.bubble.theirs').count();
  const t = Date.now();
  await act();
  await settle(before);
  const all = await page.locator('.bubble.theirs').allInnerTexts();
  const last = await page.locator('#log > :last-child').evaluate((e) => e.className === 'choices' ? [...e.children].map((b) => `[${b.textContent}]`).join(' ') : '');
  console.log(`> ${label}   (${Date.now() - t} ms, ${all.length - before} msg)`);
  console.log(all.slice(before).map((s) => s.replace(/^/gm, '    ')).join('\n    ---\n'), '\n   ', last);
}
const say = (text) => turn(async () => { await page.fill('#text', text); await page.click('button[aria-label=Send]'); }, text);
const tap = (text) => turn(async () => { await page.locator('.choices').last().getByRole('button', { name: text, exact: true }).click({ timeout: 3000 }); }, `[${text}]`);
const pick = (text) => turn(async () => { await page.locator('.choices').last().getByRole('button').click(); await page.screenshot({ path: '/tmp/peer-shots/sheet.png' }); await page.locator('#rows').getByRole('button', { name: text }).click({ timeout: 3000 }); }, `☰ ${text}`);
const shot = (name) => page.screenshot({ path: `/tmp/peer-shots/${name}.png` });
const steps = (await import(process.argv[2])).default;
await steps({ say, tap, pick, shot, page, turn });
await browser.close();
