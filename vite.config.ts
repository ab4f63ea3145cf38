import { defineConfig } from 'vite';
import { aboutPlugin } from './src/cli/about-plugin.ts';
import { ISOLATION } from './src/cli/hosts/page-server.ts';
import { lessonPlugin } from './src/cli/lesson-plugin.ts';
import { outlinePlugin } from './src/cli/outline-plugin.ts';
import { pagesPlugin } from './src/cli/pages-plugin.ts';
import { policyPlugin } from './src/cli/policy-plugin.ts';
import { shadersPlugin } from './src/cli/shaders-plugin.ts';
import { workerPlugin } from './src/cli/worker-plugin.ts';

export default defineConfig({
  // Relative, so that the built files work under any path. `npm run build -- --base` puts another in its place.
  base: './',
  plugins: [
    outlinePlugin(),
    lessonPlugin(import.meta.dirname),
    shadersPlugin(import.meta.dirname),
    policyPlugin(),
    workerPlugin(),
    aboutPlugin(import.meta.dirname),
    pagesPlugin(import.meta.dirname),
  ],
  server: { host: '127.0.0.1', strictPort: false, headers: ISOLATION },
  preview: { host: '127.0.0.1', headers: ISOLATION },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // A worker has no document into which what it will import could be announced.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, deps, { hostType }) => (hostType === 'html' ? deps : []),
    },
    // The kernels' texts alone are most of a chunk, which compresses to a fifth.
    chunkSizeWarningLimit: 640,
    // Lezer's package does not declare that importing it has no side effects; the editor uses nothing of it.
    rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /@lezer\/common/, sideEffects: false }] } },
  },
  worker: { format: 'es', plugins: () => [outlinePlugin()] },
});
