// The lock file and the bundle name nobody's registry, and the pins are exact.
// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('the lock names no registry', () => {
  const packages = Object.entries(JSON.parse(read('package-lock.json')).packages as object);
  for (const [name, each] of packages) expect(each, name).not.toHaveProperty('resolved');
  expect(read('package-lock.json')).not.toMatch(/registry|tarball/);
  expect(packages.length).toBeGreaterThan(10);
});

test('every package has its hash', () => {
  for (const [name, each] of Object.entries(JSON.parse(read('package-lock.json')).packages as object)) {
    if (name) expect(each, name).toHaveProperty('integrity');
  }
});

test('all versions are exact', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  for (const version of Object.values({ ...dependencies, ...devDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});
