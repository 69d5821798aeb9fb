// Pictures of a page that needs nothing else: desktop, phone, dark and print.
// Usage: node scripts/page_pictures.mjs PAGE FOLDER NAME [all]
// Without "all" only NAME.png, the top of the page on a desktop, is made.

import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { launch } from '../widget/scripts/browser.mjs';

const [page, folder, name, all] = process.argv.slice(2);
const require = createRequire(new URL('../widget/package.json', import.meta.url));
const sharp = require('sharp');
const font = await readFile(require.resolve('@fontsource-variable/inter/files/inter-latin-standard-normal.woff2'));
// Stands in for the system font of people's devices, which build machines lack.
const face = `@font-face { font-family: Shown; font-weight: 100 900; src: url(data:font/woff2;base64,${font.toString('base64')}) }`;
const html = (await readFile(page, 'utf8'))
  .replace("default-src 'none'", "default-src 'none'; font-src data:")
  .replaceAll('system-ui', 'Shown')
  .replace('</head>', `<style>${face}</style></head>`);
const shown = `${folder}/.${name}.html`;

const SHOTS = {
  '': { viewport: { width: 1120, height: 1330 } },
  ...(all && {
    '-full': { viewport: { width: 1120, height: 900 }, fullPage: true },
    '-dark': { viewport: { width: 1120, height: 900 }, fullPage: true, colorScheme: 'dark' },
    '-phone': { viewport: { width: 390, height: 844 }, fullPage: true, deviceScaleFactor: 2 },
    '-phone-dark': { viewport: { width: 390, height: 844 }, fullPage: true, deviceScaleFactor: 2, colorScheme: 'dark' },
  }),
};

const browser = await launch();
try {
  await writeFile(shown, html);
  for (const [suffix, { fullPage = false, ...options }] of Object.entries(SHOTS)) {
    const context = await browser.newContext(options);
    const tab = await context.newPage();
    await tab.goto(pathToFileURL(shown).href);
    const picture = await tab.screenshot({ fullPage });
    await sharp(picture).png({ palette: true, compressionLevel: 9 }).toFile(`${folder}/${name}${suffix}.png`);
    if (all && !suffix) await tab.pdf({ path: `${folder}/${name}.pdf`, format: 'A4', margin: { top: '14mm', bottom: '14mm', left: '12mm', right: '12mm' } });
    await context.close();
  }
} finally {
  await browser.close();
  await rm(shown, { force: true });
}
