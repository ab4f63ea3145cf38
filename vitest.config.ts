import { defineConfig } from 'vitest/config';
import { outlinePlugin } from './src/cli/outline-plugin.ts';

/** Files of one project run one after another in one process, which so shares its browser and its Dawn child. */
const oneProcess = { pool: 'forks', isolate: false, fileParallelism: false, maxWorkers: 1 } as const;

/** Tests on real hosts. */
const gpu = (name: string, include: string[], exclude: string[]) => ({
  extends: true as const,
  test: {
    name,
    include,
    exclude,
    globalSetup: ['test/setup/bundles.ts'],
    sequence: { groupOrder: 1 },
    // A test here is every kernel of an operation on one host, in CI on all shapes: minutes on two cores.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    ...oneProcess,
  },
});

export default defineConfig({
  plugins: [outlinePlugin()],
  test: {
    // A test that finds nothing to do must not pass for one that ran.
    passWithNoTests: false,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'opinion',
          include: ['test/opinion/**/*.test.ts', 'bench/peers/*.test.ts'],
          // Beside the unit tests.
          sequence: { groupOrder: 0 },
          testTimeout: 120_000,
        },
      },
      // The longest file has a process of its own, beside the other ones: a core for each where there are two.
      gpu('kernels', ['test/gpu/kernels.test.ts'], []),
      gpu('gpu', ['test/{gpu,broken}/**/*.test.ts'], ['test/gpu/kernels.test.ts']),
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/setup/bundles.ts', 'test/setup/served-page.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          ...oneProcess,
        },
      },
    ],
  },
});
