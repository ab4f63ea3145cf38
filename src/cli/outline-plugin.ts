/** Vite's plugin for `import outline from 'kernel.wgsl?outline'`: what the file declares, parsed while bundling, as a `PackedOutline`. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { packOutline } from '../wgsl/outline-pack.ts';
import { parse } from '../wgsl/parse.ts';

const QUERY = '.wgsl?outline';

export function outlinePlugin(): Plugin {
  return {
    name: 'wgsl-outline',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith(QUERY)) return null;
      const path = id.slice(0, -'?outline'.length);
      const { outline, fault } = parse(readFileSync(path, 'utf8'));
      if (fault) this.error(`${path}:${fault.line}:${fault.column} ${fault.message}`);
      this.addWatchFile(path);
      return { code: `export default ${JSON.stringify(packOutline(outline))};`, moduleType: 'js', map: null };
    },
  };
}
