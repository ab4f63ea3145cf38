/**
 * Vite's plugin that builds the page's worker together with the page. Vite would bundle it apart, with kernels and shaders
 * of its own: then a first visit fetches all of them twice. Here what both need is one file, which the second one finds in
 * the browser's cache.
 */
import type { Plugin } from 'vite';

const WRITTEN = "new URL('./worker.ts', import.meta.url)";

export function workerPlugin(): Plugin {
  return {
    name: 'shared-worker-chunks',
    apply: 'build',
    enforce: 'pre',
    async transform(code, id) {
      if (!id.endsWith('/src/lab/worker-channel.ts')) return null;
      const worker = await this.resolve('./worker.ts', id);
      if (!worker || !code.includes(WRITTEN)) this.error(`${id} does not make its worker by ${WRITTEN}`);
      const file = this.emitFile({ type: 'chunk', id: worker.id, name: 'worker' });
      return { code: code.replace(WRITTEN, `import.meta.ROLLUP_FILE_URL_${file}`), map: null };
    },
  };
}
