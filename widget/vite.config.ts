import { type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// One small entry with a stable name (the site's script tag) and chunks whose names carry a hash
// of their content, so that browsers may keep them for ever. Built as a library: Vite then leaves
// out its own loader, which is larger than our button.

/** The server speaks websocket and polling; the client's third way is left out. */
const withoutWebTransport: Plugin = {
  name: 'without-webtransport',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === './webtransport.js' && importer?.includes('engine.io-client') ? '\0none' : null,
  load: (id) => (id === '\0none' ? 'export class WT {}' : null),
};

/** Indentation inside templates is for their readers here. */
const withoutIndentation: Plugin = {
  name: 'without-indentation',
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type === 'chunk') part.code = part.code.replace(/\n {2,}/g, ' ');
    }
  },
};

export default defineConfig({
  base: './',
  plugins: [withoutWebTransport, withoutIndentation],
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    cssMinify: true,
    lib: { entry: { mesobot: 'src/launcher.ts' }, formats: ['es'] },
    reportCompressedSize: false,
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      output: {
        entryFileNames: 'mesobot.js',
        chunkFileNames: 'assets/[name]-[hash].js',
        minify: true,
      },
    },
  },
  test: { include: ['test/*.test.ts'], environment: 'happy-dom' },
});
