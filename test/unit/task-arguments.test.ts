/** What the scripts that are no command of the bench say to arguments that they cannot use: one sentence, before any work. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { makeFolder } from '../../src/cli/document.ts';
import { run } from '../../src/cli/tasks/index.ts';
import { faultsTask, mutantsTask } from '../broken/main.ts';
import { runCommand } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
const file = join(folder, 'file');
writeFileSync(file, '');

test.each([
  ['bundle', [], /^npm run bundle takes one argument, the file to write: .*\.$/],
  ['bundle', [folder], /^npm run bundle cannot write .*: it is a folder; name a file in it, such as .*bench\.mjs\.$/],
  ['bundle', [join(folder, 'missing/bench.mjs')], /^npm run bundle cannot write .*: there is no folder .*\.$/],
  [
    'bundle',
    [join(file, 'bench.mjs')],
    /^npm run bundle cannot write .*: a part of the path is a file, not a folder\.$/,
  ],
  ['check', ['all'], /^npm run check takes no arguments, and got "all"\.$/],
  ['pictures', ['pages'], /^npm run pictures takes names of pictures .* there is no pages: .*\.$/],
])('npm run %s -- %j', async (name, args, message) => {
  await expect(run(name, args, {})).rejects.toThrow(message);
});

test.runIf(process.platform === 'linux').each([
  [folder, /^--out .* holds something else: name a folder that is empty or not there yet\.$/],
  [file, /^--out cannot make the folder .*\/file: there is a file of that name\.$/],
  [join(file, 'pack'), /^--out cannot make the folder .*\/file: there is a file of that name\.$/],
])('npm run pack -- --out %s', async (out, message) => {
  await expect(run('pack', ['--out', out], {})).rejects.toThrow(message);
});

test.runIf(existsSync('/proc/self'))('a folder that cannot be made is refused, and not tried for ever', () => {
  expect(() => makeFolder('/proc/no/folder', '--out')).toThrow('--out cannot make the folder /proc/no: there is no');
  const deep = join(folder, 'a/b/c');
  makeFolder(deep, '--out');
  makeFolder(deep, '--out');
  expect(existsSync(deep)).toBe(true);
});

describe('flags that npm took for itself, for want of "--"', () => {
  test.each([
    [
      'faults',
      { npm_config_print: 'true' },
      'npm took --print for itself: write "--" before the flags, as in npm run faults -- --print ...',
    ],
    ['start', { npm_config_port: 'true' }, 'as in npm start -- --port ...'],
    ['pack', { npm_config_out: 'x' }, 'as in npm run pack -- --out ...'],
  ])('npm run %s', async (name, env, message) => {
    await expect(run(name, [], env)).rejects.toThrow(message);
  });

  test.each([
    [['bench', 'neuron', 'dawn'], { npm_config_host: 'true' }, 'npm run bench -- neuron --host ...'],
    [['bench', 'neuron'], { npm_config_race: '' }, 'npm run bench -- neuron --no-race ...'],
    [['bench', 'neuron', '2'], { npm_config_repeat_kernel: 'true' }, 'npm run bench -- neuron --repeat-kernel ...'],
    [['bench', 'neuron', 'out.json'], { npm_config_json: 'true' }, 'npm run bench -- neuron --json ...'],
    [['device'], { npm_config_fingerprint: 'true' }, 'npm run device -- --fingerprint ...'],
  ])('npm run %j', async (argv, env, message) => {
    const { status, stderr, opened } = await runCommand(argv, {}, undefined, { env });
    expect([status, opened, stderr]).toEqual([2, 0, expect.stringContaining(message)]);
  });

  test('npm --json, which it has for itself, is no mistake', async () => {
    const { status } = await runCommand(['bench', '--help'], {}, undefined, { env: { npm_config_json: 'true' } });
    expect(status).toBe(0);
  });
});

test.each([
  ['bench/roof.mjs', ['--jsn', 'x'], /^node bench\/roof\.mjs takes --json FILE, and got "--jsn x"\.\n$/],
  ['bench/roof.mjs', ['--json'], /^node bench\/roof\.mjs takes --json FILE, and got "--json"\.\n$/],
  ['bench/roof.mjs', ['--json', folder], /^--json cannot write .*: name a file in a folder that is there\.\n$/],
  ['test/opinion/report.mjs', ['--help'], /^node test\/opinion\/report\.mjs takes no arguments, and got "--help"\.\n$/],
])('node %s %j', (script, args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test('npm run faults and npm run mutants print the stored rows that are asked for', async () => {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((more) => {
    text += more;
    return true;
  });
  try {
    expect(await faultsTask('.', ['--print', 'dk-rounded'])).toBe(0);
    expect(await mutantsTask('.', ['--print', 'copy/1'])).toBe(0);
  } finally {
    write.mockRestore();
  }
  expect(text).toMatch(/\| dk-rounded-to-f16: .* \| attention-backward 1_recompute heads=4/);
  expect(text).toMatch(/\| copy\/1_scalar \| \d+ \| 0 \| 0 \| 0 \|/);
  expect(text).not.toContain('neuron');
});

test.each([
  [
    ['list', '--json', join(folder, 'list.json')],
    '--json belongs to an answer that is graded: name its file with --source.',
  ],
  [['tiles', '--host', 'dawn'], '--host belongs to an answer that is graded: name its file with --source.'],
  [['list', '--source', file], 'list takes no --source: name the task that it answers.'],
])('grade %j leaves no flag unused', async (argv, message) => {
  const { status, stdout, stderr } = await runCommand(['grade', ...argv]);
  expect([status, stdout, stderr]).toEqual([2, '', `${message}\n`]);
});

test('a probe is no operation of bench memory', async () => {
  const { status, stderr } = await runCommand(['bench', 'memory', 'staircase']);
  expect([status, stderr]).toEqual([
    2,
    'bench memory takes only flags, not "staircase": one probe is named by --kernel ID.\n',
  ]);
});
