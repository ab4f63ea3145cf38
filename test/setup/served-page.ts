/** Before the end-to-end tests: builds the page and serves it under a path of its own, as any web server would. */
import { join } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { servePages } from '../../src/cli/hosts/page-server.ts';
import { rootFor } from '../../src/cli/setup/root.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built page, ending in a slash. */
    pageUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = rootFor('npm test');
  const outDir = join(root, '.cache/page');
  // Vitest sets this to "test", and Vite would take the libraries' development builds for it.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  process.env.NODE_ENV = mode;
  const server = await servePages(outDir, { base: '/any/path/' });
  project.provide('pageUrl', server.url);
  return () => server.close();
}
