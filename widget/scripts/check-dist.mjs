// Builds the bundle anew and compares it with the committed one; checks its sizes.

import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LAUNCHER = 3_000; // bytes, gzip
const OPENED = 35_000;

async function files(folder) {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = all.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(names.map((name) => readFile(name)));
  return new Map(names.map((name, at) => [name.slice(folder.length + 1), contents[at]]));
}

const problems = [];
const committed = await files(join(ROOT, 'dist'));
const folder = await mkdtemp(join(tmpdir(), 'mesobot-widget-'));
await build({ root: ROOT, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
const built = await files(folder);
await rm(folder, { recursive: true });

for (const name of new Set([...committed.keys(), ...built.keys()])) {
  if (!committed.has(name)) problems.push(`dist/${name} is missing`);
  else if (!built.has(name)) problems.push(`dist/${name} is left over`);
  else if (!committed.get(name).equals(built.get(name))) problems.push(`dist/${name} differs`);
}
if (problems.length) problems.push('Run "npm run build" in widget/ and commit dist/.');

const size = (name) => gzipSync(built.get(name), { level: 9 }).length;
const chat = [...built.keys()].find((name) => /^assets.chat-/.test(name));
const launcher = size('mesobot.js');
const opened = launcher + size(chat);
console.log(`launcher ${launcher} bytes, opened ${opened} bytes (gzip)`);
if (launcher > LAUNCHER) problems.push(`The launcher has more than ${LAUNCHER} bytes.`);
if (opened > OPENED) problems.push(`The opened chat has more than ${OPENED} bytes.`);

for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
