import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { lessonPlugin } from './src/cli/lesson-plugin.ts';
import { outlinePlugin } from './src/cli/outline-plugin.ts';

/**
 * Two processes take the files of a project in turn. Each keeps what it has imported from file to file, its browser and its
 * Dawn child too. A third one made everything slower on two cores: nearly all of the time is the processor's.
 */
const together = { pool: 'forks', isolate: false, maxWorkers: 2 } as const;

/** The longest first, so that no process is left with one of them at the end while the other has nothing to do. */
const LONG = [
  /survey-run/,
  /cli\.test/,
  /kernels-chrome\.test/,
  /kernels-dawn/,
  /trace\.test/,
  /memory\.test/,
  /attention\.test/,
  /barriers\.test/,
  /faults\.test/,
  /minimum\.test/,
  /cheats\.test/,
  /readers\.test/,
  /inside\.test/,
  /page\.test/,
  /ladder\.test/,
  /sweep\.test/,
  /right\.test/,
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((pattern) => pattern.test(moduleId));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  plugins: [outlinePlugin(), lessonPlugin(import.meta.dirname)],
  test: {
    // A test that finds nothing to do must not pass for one that ran.
    passWithNoTests: false,
    reporters: ['default'],
    // What has not come after a second may still come on a loaded machine.
    expect: { poll: { timeout: 30_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          globalSetup: ['test/setup/temporary.ts'],
          sequence: { groupOrder: 0 },
          testTimeout: 20_000,
          ...together,
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
          ...together,
        },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: ['test/{gpu,broken}/**/*.test.ts'],
          globalSetup: ['test/setup/bundles.ts', 'test/setup/temporary.ts'],
          sequence: { groupOrder: 1 },
          // A test here is every kernel of an operation on one host, in CI on all shapes: minutes on two cores.
          testTimeout: 900_000,
          hookTimeout: 900_000,
          ...together,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/setup/bundles.ts', 'test/setup/served-page.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
          ...together,
        },
      },
    ],
  },
});
