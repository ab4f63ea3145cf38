/**
 * Vite's plugin that puts the documents beside the built page, under about/, as plain text: every web server serves that,
 * and a page that somebody has published needs no other address to say what it is.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'vite';

export function aboutPlugin(root: string): Plugin {
  return {
    name: 'documents',
    apply: 'build',
    generateBundle() {
      const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
      for (const path of ['README.md', 'LICENSE', ...docs.map((name) => `docs/${name}`)]) {
        const fileName = `about/${basename(path, '.md')}.txt`;
        this.emitFile({ type: 'asset', fileName, source: readFileSync(join(root, path)) });
      }
    },
  };
}
