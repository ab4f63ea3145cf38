import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../core/errors.ts';
import { bundle } from '../bundle.mjs';
import { toStderr } from '../setup/files.ts';

interface Check {
  readonly title: string;
  /** File to run with Node, and its arguments. */
  readonly command: readonly string[];
}

/** `npm run check`: types, lint and format, import floors, and that every .wgsl compiles. 1 where one of them fails. */
export async function check(root: string, args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new Refusal(`npm run check takes no arguments, and got "${args[0]}".`);
  const folder = await bundle(root, ['check-wgsl.mjs']);
  const checks: Check[] = [
    { title: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
    { title: 'lint and format', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
    {
      title: 'import floors',
      command: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'bench', 'test'],
    },
    { title: 'shaders compile as saved', command: [join(folder, 'check-wgsl.mjs'), 'shaders'] },
  ];
  const queue = [...checks];
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { status, output } = await runNode(root, next.command);
      toStderr(`${status === 0 ? 'ok    ' : 'FAILED'} ${next.title}`);
      // What a check that passed has to say is noise.
      if (status === 0) continue;
      failed++;
      process.stdout.write(`${output.trimEnd()}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(checks.length, availableParallelism()) }, worker));
  return failed === 0 ? 0 : 1;
}

function runNode(root: string, command: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
