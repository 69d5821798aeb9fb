// The pictures in docs/images. tests/browser/screenshots.py starts the assistant and calls this with
// its addresses: `MESOBOT_URL`, and `MESOBOT_CONTROL_URL` to stop it. Inter and Gelasio stand in for
// the system fonts of patients' devices, which build machines lack.

import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { launch } from './browser.mjs';

const OUT = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const FONTS = [
  ['Shown', '@fontsource-variable/inter/files/inter-latin-standard-normal.woff2', '100 900'],
  ['Shown', '@fontsource-variable/inter/files/inter-latin-ext-standard-normal.woff2', '100 900'],
  ['Titled', '@fontsource/gelasio/files/gelasio-latin-500-normal.woff2', '500'],
  ['Titled', '@fontsource/gelasio/files/gelasio-latin-600-normal.woff2', '600'],
  ['Arabic', '@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-400-normal.woff2', '400'],
  ['Arabic', '@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-600-normal.woff2', '500 700'],
];
const { MESOBOT_URL, MESOBOT_CONTROL_URL } = process.env;
const LATIN = 'U+0000-05FF, U+1E00-2FFF';
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

/** Every picture: the window it is taken in, and what is done before. */
const SHOTS = {
  'desktop-closed': { ...DESKTOP },
  desktop: { ...DESKTOP, steps: [open] },
  answer: { ...DESKTOP, steps: [open, choose('Does it hurt?')] },
  'long-answer': { ...DESKTOP, steps: [open, say('does it hurt, how many sessions do i need and what are the side effects?')] },
  contact: { ...DESKTOP, steps: [open, say('how much is it'), press('Show QR code'), end] },
  form: { ...DESKTOP, steps: [open, say('I would like a consultation'), choose('WhatsApp'), say('Ada Okur'), say('0532 444 55 66'), end] },
  emergency: { ...DESKTOP, steps: [open, say('my chest hurts and I cannot breathe')] },
  distress: { ...DESKTOP, steps: [open, say('i feel hopeless, i want to die')] },
  'see-doctor': { ...DESKTOP, steps: [open, say('swelling was going down and today it came back a bit')] },
  offline: { ...DESKTOP, steps: [open, choose('Does it hurt?'), goOffline, write('and how long does it take?')] },
  clear: { ...DESKTOP, steps: [open, choose('Does it hurt?'), press('Clear chat')] },
  dark: { ...DESKTOP, dark: true, steps: [open, choose('Does it hurt?')] },
  'dark-emergency': { ...DESKTOP, dark: true, steps: [open, say('my chest hurts and I cannot breathe')] },
  rtl: { ...DESKTOP, language: 'ar', steps: [open, choose('Does it hurt?'), say('شكرًا جزيلًا'), end] },
  turkish: { ...DESKTOP, language: 'tr', steps: [open] },
  'zoom-200': { width: 640, height: 400, scale: 2, steps: [open, choose('Does it hurt?')] },
  'phone-closed': { ...PHONE, phone: true },
  phone: { ...PHONE, phone: true, steps: [open] },
  'phone-answer': { ...PHONE, phone: true, steps: [open, choose('Does it hurt?')] },
  'phone-form': { ...PHONE, phone: true, steps: [open, say('I would like a consultation'), choose('WhatsApp'), say('Ada Okur'), say('0532 444 55 66'), end] },
  'phone-emergency': { ...PHONE, phone: true, dark: true, steps: [open, say('my chest hurts and I cannot breathe')] },
  'forced-colors': { ...DESKTOP, forced: true, steps: [open, choose('Does it hurt?')] },
  theming: { width: 1280, height: 1000, path: 'theming.html', steps: [open] },
  reconnecting: { ...DESKTOP, steps: [open, choose('Does it hurt?'), stopAssistant] }, // the last one
};

const settled = (page) => page.waitForTimeout(700);

async function open({ page }) {
  await page.locator('mesobot-chat .launch').click();
  await page.locator('mesobot-chat textarea').waitFor();
  await settled(page);
}
function press(name) {
  return async ({ page }) => {
    await page.getByRole('button', { name, exact: true }).last().click();
    await settled(page);
  };
}
function write(text) {
  return async ({ page }) => {
    await page.getByRole('textbox').fill(text);
    await page.keyboard.press('Enter');
    await settled(page);
    await page.getByRole('textbox').focus();
  };
}
/** Does it, and waits for the answer. */
function answered(step) {
  return async (place) => {
    const answers = place.page.locator('.log .bot');
    const before = await answers.count();
    await step(place);
    await answers.nth(before).waitFor();
    await settled(place.page);
  };
}
function choose(name) {
  return answered(press(name));
}
function say(text) {
  return answered(write(text));
}
async function end({ page }) {
  await page.locator('.log').evaluate((log) => log.scrollTo({ top: 1e6, behavior: 'instant' }));
  await settled(page);
}
async function goOffline({ page }) {
  await page.context().setOffline(true);
  await settled(page);
}
async function stopAssistant({ page }) {
  await fetch(`${MESOBOT_CONTROL_URL}/stop`, { method: 'POST' });
  await page.waitForTimeout(1500);
}

async function fonts(page) {
  const loaded = await Promise.all(
    FONTS.map(async ([family, file, weight]) => ({
      family,
      weight,
      data: (await readFile(new URL(`../node_modules/${file}`, import.meta.url))).toString('base64'),
    })),
  );
  await page.evaluate(
    async ({ loaded, LATIN }) => {
      for (const { family, weight, data } of loaded) {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        const range = family === 'Arabic' ? {} : { unicodeRange: LATIN };
        document.fonts.add(await new FontFace(family, bytes, { weight, ...range }).load());
      }
      const { style } = document.documentElement;
      style.setProperty('--mesobot-font', 'Shown, Arabic');
      style.setProperty('--mesobot-title-font', 'Titled, Arabic');
      style.setProperty('--serif', 'Titled, Arabic');
      style.fontFamily = 'Shown, Arabic';
    },
    { loaded, LATIN },
  );
}

async function take(browser, name, shot) {
  const context = await browser.newContext({
    viewport: { width: shot.width, height: shot.height },
    deviceScaleFactor: shot.scale ?? (shot.phone ? 2 : 1),
    isMobile: shot.phone ?? false,
    hasTouch: shot.phone ?? false,
    colorScheme: shot.dark ? 'dark' : 'light',
    forcedColors: shot.forced ? 'active' : 'none',
    reducedMotion: 'reduce',
    locale: shot.language ?? 'en-GB',
    timezoneId: 'Europe/Istanbul',
  });
  const page = await context.newPage();
  if (shot.language) {
    await page.route('**/demo/', async (route) => {
      const answer = await route.fetch();
      const body = await answer.text();
      const tag = `mesobot.js" data-language="${shot.language}"`;
      await route.fulfill({ response: answer, body: body.replace('mesobot.js"', tag) });
    });
  }
  await page.goto(`${MESOBOT_URL}/demo/${shot.path ?? ''}`);
  await fonts(page);
  await settled(page);
  for (const step of shot.steps ?? []) await step({ page });
  await page.mouse.move(0, 0); // away from what it was pressed on
  const picture = sharp(await page.screenshot());
  await picture.png({ palette: true, colours: 256, dither: 0.7, effort: 10 }).toFile(`${OUT}${name}.png`);
  await context.close();
}

await mkdir(OUT, { recursive: true });
const wanted = process.argv.slice(2);
const browser = await launch();
for (const [name, shot] of Object.entries(SHOTS)) {
  if (wanted.length && !wanted.includes(name)) continue;
  await take(browser, name, shot);
  console.log(name);
}
await browser.close();
