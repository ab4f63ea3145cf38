/**
 * Vite's plugin that takes the texts of the kernels out of the page's script: they are data, and most visits look at few
 * of them. Each folder of shaders/ becomes a JSON file beside the script, which `src/kernels/shaders.ts` fetches.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const BUNDLED = /const bundled = import\.meta\.glob<string>\([^;]*\);/;
const APART = 'const apart: Readonly<Record<string, string>> = {};';

export function shadersPlugin(root: string): Plugin {
  return {
    name: 'shaders-as-data',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/src/kernels/shaders.ts')) return null;
      if (!BUNDLED.test(code) || !code.includes(APART)) this.error(`${id} does not name its texts as ${APART}`);
      const folder = join(root, 'shaders');
      const urls = readdirSync(folder).map((name) => {
        const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.wgsl'));
        const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, name, file), 'utf8')]));
        for (const file of files) this.addWatchFile(join(folder, name, file));
        const asset = this.emitFile({ type: 'asset', name: `shaders-${name}.json`, source: JSON.stringify(texts) });
        return `${JSON.stringify(name)}: import.meta.ROLLUP_FILE_URL_${asset}`;
      });
      const changed = code
        .replace(BUNDLED, 'const bundled: Record<string, string> = {};')
        .replace(APART, `const apart: Readonly<Record<string, string>> = { ${urls.join(', ')} };`);
      return { code: changed, map: null };
    },
  };
}
