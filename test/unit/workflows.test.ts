/** The workflows, which run on another machine: what they name is here, and they may do no more than they must. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import config from '../../vite.config.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const workflows = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});
const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps);
const pages = workflows.find(({ name }) => name === 'pages.yml')?.workflow as Workflow;

/** Scripts of package.json that a shell text runs. */
function scriptsIn(shell: string): readonly string[] {
  return [...shell.matchAll(/\bnpm (?:run (?:-s )?)?([a-z]+)/g)].map(([, name]) => name);
}

describe.each(workflows)('$name', ({ text, workflow }) => {
  test('pins every action by commit, with its version beside it', () => {
    const used = [...text.matchAll(/uses: *(.*)/g)].map(([, action]) => action);
    expect(used.length).toBe(stepsOf(workflow).filter(({ uses }) => uses !== undefined).length);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('runs what is here', () => {
    const lines = stepsOf(workflow).flatMap(({ run = '' }) => run.split('\n'));
    const files = lines.filter((line) => /^\.?[\w/.-]+$/.test(line) && line.includes('/'));
    for (const file of files) expect(statSync(file).mode & 0o111, file).not.toBe(0);
    const scripts = [...lines, ...files.map((file) => readFileSync(file, 'utf8'))].flatMap(scriptsIn);
    expect(scripts).not.toEqual([]);
    for (const script of scripts) expect(manifest.scripts).toHaveProperty(script);
  });

  test('runs on the oldest Node that package.json allows', () => {
    const [, oldest] = /^>=(\d+)\./.exec(manifest.engines.node) ?? [];
    const versions = stepsOf(workflow).flatMap((step) => step.with?.['node-version'] ?? []);
    expect(versions.map(String)).toEqual([oldest]);
  });

  test('may only read, but for the one job that deploys', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, { permissions = {} }] of Object.entries(workflow.jobs)) {
      const writes = Object.entries(permissions).flatMap(([of, right]) =>
        right === 'read' ? [] : [`${of}: ${right}`],
      );
      expect(writes, name).toEqual(name === 'deploy' ? ['pages: write', 'id-token: write'] : []);
    }
  });
});

test('Pages gets the folder that a build writes', () => {
  const steps = stepsOf(pages);
  const upload = steps.find(({ uses }) => uses?.startsWith('actions/upload-pages-artifact@'));
  expect(steps.findIndex(({ run = '' }) => scriptsIn(run).includes('build'))).toBeLessThan(
    steps.indexOf(upload as Step),
  );
  expect(upload?.with?.path).toBe(config.build?.outDir);
});
