/** `npm run pack`: a folder that surveys the GPU of a Linux machine that has neither Node nor a network. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Refusal } from '../../core/errors.ts';
import { type FlagSpecs, parseFlags } from '../args.ts';
import { bundleStandalone } from '../bundle.mjs';
import { makeFolder } from '../document.ts';
import { disk, type Files, toStderr } from '../setup/files.ts';
import run from '../survey/run.sh?raw';
import { significant } from '../text.ts';

const FLAGS: FlagSpecs = { out: {} };
const FOLDER = '.cache/pack';
/** A folder with this file is one of ours, and may be written again. */
const MARK = 'survey.mjs';

/** What a bare machine, or a container with a driver mounted into it, may lack: Vulkan's loader and what drivers link to. */
const LIBRARIES = [
  'libvulkan.so.1',
  'libEGL.so.1',
  'libGL.so.1',
  'libGLESv2.so.2',
  'libGLX.so.0',
  'libGLdispatch.so.0',
  'libOpenGL.so.0',
  'libX11.so.6',
  'libXext.so.6',
  'libxcb.so.1',
  'libXau.so.6',
  'libXdmcp.so.6',
  'libbsd.so.0',
  'libmd.so.0',
  'libstdc++.so.6',
  'libgcc_s.so.1',
];

export async function pack(root: string, argv: readonly string[]): Promise<number> {
  const args = parseFlags(argv, FLAGS);
  if (args.positionals.length > 0)
    throw new Refusal(`npm run pack takes only --out DIR, not "${args.positionals[0]}".`);
  if (process.platform !== 'linux')
    throw new Refusal(
      `npm run pack includes the Node that runs it, and a pack is for Linux: run it there, not on ${process.platform}.`,
    );
  refuseLinked(process.execPath);
  const out = resolve(root, args.value('out') ?? FOLDER);
  clear(out);
  await bundleStandalone(root, join(out, 'tilescope.mjs'));
  await bundleStandalone(root, join(out, MARK), 'src/cli/survey/main.ts');
  const platform = `linux-${process.arch}`;
  const webgpu = join(root, 'node_modules/webgpu');
  const addon = join('dist', platform, 'dawn.node');
  for (const name of ['index.js', 'package.json', 'LICENSE.md'])
    cpSync(join(webgpu, name), join(out, 'node_modules/webgpu', name));
  zip(join(webgpu, addon), join(out, 'node_modules/webgpu', addon));
  zip(process.execPath, join(out, 'bin/node'));
  const missing = copyLibraries(join(out, 'lib'));
  writeFileSync(join(out, 'run'), run);
  chmodSync(join(out, 'run'), 0o755);
  if (missing.length > 0)
    toStderr(`Not on this machine, so not packed: ${missing.join(', ')}. The other one may have them.`);
  toStderr(`Packed ${significant(bytesOf(out) / 2 ** 20)} MiB in ${out}, for ${platform}. There: ./run FOLDER`);
  return 0;
}

/** Throws a `Refusal` where Node is not one file: a distribution's may have its engine in libraries beside it. */
function refuseLinked(node: string): void {
  const { stdout } = spawnSync('ldd', [node], { encoding: 'utf8' });
  const own = /^(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|atomic|stdc\+\+|gcc_s)\.so)/;
  const names = (stdout ?? '').split('\n').flatMap((line) => /^\s*(?:\S*\/)?(\S+\.so\S*)/.exec(line)?.[1] ?? []);
  const foreign = names.filter((name) => !own.test(name));
  if (foreign.length > 0)
    throw new Refusal(`This Node needs ${foreign.join(', ')} beside it: run npm run pack with one from nodejs.org.`);
}

/** Throws a `Refusal` where something stands there that is not ours, or where no folder can be made. */
function clear(out: string): void {
  makeFolder(out, '--out');
  if (!existsSync(join(out, MARK)) && readdirSync(out).length > 0)
    throw new Refusal(`--out ${out} holds something else: name a folder that is empty or not there yet.`);
  for (const name of readdirSync(out)) rmSync(join(out, name), { recursive: true });
}

function zip(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(`${to}.gz`, gzipSync(readFileSync(from), { level: 6 }));
}

/** Copies the libraries that this machine has; returns the names of the others. */
function copyLibraries(to: string, files: Files = disk): readonly string[] {
  mkdirSync(to, { recursive: true });
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  // Chrome's folder has a loader of its own.
  const folders = [
    `/usr/lib/${triplet}`,
    `/lib/${triplet}`,
    '/usr/lib64',
    '/usr/lib',
    '/usr/lib/chromium',
    '/opt/google/chrome',
  ];
  return LIBRARIES.filter((name) => {
    const folder = folders.find((one) => files.exists(join(one, name)));
    if (folder === undefined) return true;
    cpSync(join(folder, name), join(to, name), { dereference: true });
    return false;
  });
}

function bytesOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
