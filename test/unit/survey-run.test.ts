/** A survey over a command line that the test plays: budget, drivers that fail, and the exit status. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StepReport } from '../../src/cli/survey/report.ts';
import { survey } from '../../src/cli/survey/survey.ts';
import { isWhole } from '../setup/whole.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
let count = 0;

/** `script` gets `command`, and `write`, which stores a document where the survey looks for it. */
async function run(script: string, seconds = 60): Promise<{ status: number; steps: readonly StepReport[] }> {
  const results = join(folder, `survey-${++count}`);
  const file = `${results}.mjs`;
  writeFileSync(
    file,
    `import { writeFileSync } from 'node:fs';
    const [command] = process.argv.slice(2);
    const path = process.argv[process.argv.indexOf('--json') + 1];
    const write = (document) => writeFileSync(path, JSON.stringify(document));
    const device = { adapter: { software: true, description: 'a test', vendor: 'test', device: '' } };
    ${script}`,
  );
  const status = await survey({ file, folder: results, seconds, say: () => undefined });
  const { steps } = JSON.parse(readFileSync(join(results, 'summary.json'), 'utf8'));
  return { status, steps };
}

describe('a survey', () => {
  test('of steps that are all right ends with 0', async () => {
    const { status, steps } = await run(`write(command === 'device' ? { device } : { results: [] });`);
    expect(status).toBe(0);
    expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['done', 'left out']));
  });

  test('without an adapter ends with 3, and with 1 where the command crashed instead', async () => {
    expect((await run(`process.exit(3);`)).status).toBe(3);
    expect((await run(`process.exit(1);`)).status).toBe(1);
  });

  test('counts a step that failed after a result, and a wrong comparison of the tuner', async () => {
    const broken = await run(
      `write(command === 'device' ? { device } : { results: [{ op: 'x', kernel: 'y', status: 'correct' }], error: 'gone' });`,
    );
    expect(broken.status).toBe(1);
    expect(broken.steps.find(({ id }) => id !== 'device')).toMatchObject({ state: 'failed', reason: 'gone' });
    const wrong = await run(
      `const finals = command === 'tune' ? [{ op: 'x', kernel: 'y', status: 'wrong', reason: 'off' }] : [];
      write(command === 'device' ? { device } : { results: [], finals });`,
    );
    expect(wrong.status).toBe(1);
  });

  // Seven seconds in which nothing is done.
  test.runIf(isWhole)('ends within its time, whatever a step does', async () => {
    const started = performance.now();
    const { steps } = await run(`command === 'device' ? write({ device }) : setInterval(() => {}, 1000);`, 12);
    expect(performance.now() - started).toBeLessThan(13_000);
    expect(steps.map(({ state }) => state)).toContain('cut short');
    expect(steps.at(-1)).toMatchObject({ state: 'left out' });
  });
});
