/** What a machine says of itself: where no GPU is found, this tells why. */
import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { disk } from '../setup/files.ts';
import { libraryFolders, MANIFEST_FOLDERS } from './drivers.ts';

const LIBRARIES =
  /^lib(vulkan|GLX|EGL|GLdispatch|nvidia-(glcore|eglcore|glvkspirv|gpucomp)|X11|Xext)(_[a-z]+)?\.so\.[\d.]+$/;
const LIBRARY_FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64'];

export function machine(): object {
  const folders = [...LIBRARY_FOLDERS, ...libraryFolders()];
  const found = folders.flatMap((folder) =>
    disk
      .list(folder)
      .filter((name) => LIBRARIES.test(name))
      .map((name) => join(folder, name)),
  );
  const [cpu] = cpus();
  return {
    kernel: release(),
    cpu: { model: cpu?.model ?? 'not reported', cores: cpus().length },
    memoryBytes: totalmem(),
    node: process.version,
    gpus: said('nvidia-smi', [
      '--query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,power.limit',
      '--format=csv',
    ]),
    devices: disk.list('/dev').filter((name) => /^(nvidia|dri$|dxg$)/.test(name)),
    manifests: MANIFEST_FOLDERS.flatMap((folder) => disk.list(folder).map((name) => join(folder, name))),
    libraries: found,
    missing: found.filter((file) => /lib(GLX|EGL)_nvidia\.so\.0$/.test(file)).map((file) => missing(file)),
  };
}

/** What a driver's library links to and the system lacks. */
function missing(library: string): object {
  const lines = said('ldd', [library])?.split('\n') ?? [];
  return { library, lacks: lines.filter((line) => line.includes('not found')).map((line) => line.trim()) };
}

function said(command: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim() : null;
}
