// axe on a page that needs nothing else, in both colour schemes, and no sideways scrolling.
// Usage: PAGE=file.html node --test page.mjs

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { launch } from '../../widget/scripts/browser.mjs';

const axe = createRequire(new URL('../../widget/package.json', import.meta.url)).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const address = pathToFileURL(process.env.PAGE).href;
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function open(options) {
  const context = await browser.newContext({ bypassCSP: true, ...options }); // axe is brought in as a script
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)));
  return page;
}

for (const colorScheme of ['light', 'dark']) {
  test(`accessible, ${colorScheme}`, async () => {
    const page = await open({ colorScheme });
    await page.addScriptTag({ path: axe });
    const { violations, passes } = await page.evaluate(
      (values) => window.axe.run({ runOnly: { type: 'tag', values } }),
      RULES,
    );
    const found = violations.map(({ id, nodes }) => `${id}\n  ${nodes.map((n) => `${n.html}\n  ${n.failureSummary}`).join('\n  ')}`);
    assert.deepEqual(found, []);
    assert.ok(passes.length > 15);
  });
}

for (const width of [320, 390, 1120]) {
  test(`nothing is cut off at ${width} pixels`, async () => {
    const page = await open({ viewport: { width, height: 800 } });
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(inner <= outer, `${inner} > ${outer}`);
  });
}
