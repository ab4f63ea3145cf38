/** Software Vulkan drivers: Mesa's lavapipe, and the SwiftShader that comes with Chrome. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { aptInstall, readRelease, rootPrefix, writeAsRoot } from './apt.ts';
import { disk, type Files, type Say } from './files.ts';
import { backportsFile, readSources } from './sources.ts';

/** Older lavapipes lack what WebGPU asks for: Debian 12's own 22.3 gives no adapter, its backports' 25.0 does. */
const OLDEST_MESA = 23;
const SOURCES_FILE = '/etc/apt/sources.list.d/tilescope-backports.sources';
const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1'];

/** The ICD JSON of a lavapipe that WebGPU can use, for VK_DRIVER_FILES; null where there is none. */
export function findLavapipe(files: Files = disk, mesa: () => number | null = mesaVersion): string | null {
  const icd = listedLavapipe(files);
  if (icd === null) return null;
  const version = mesa();
  return version === null || version >= OLDEST_MESA ? icd : null;
}

/** Finds lavapipe or, on Debian and its kin with root, installs it. Throws an Error of one sentence. */
export async function ensureLavapipe(say: Say): Promise<string> {
  const found = findLavapipe();
  if (found !== null) return found;
  if (rootPrefix() === null) {
    throw new Error(
      `lavapipe (Mesa ${OLDEST_MESA} or later) is not installed: install the package mesa-vulkan-drivers (on Debian 12 from bookworm-backports).`,
    );
  }
  const { id, codename } = readRelease();
  // Mesa 25 is Debian 13's own; only Debian 12 needs a newer one than it came with.
  const suite = id === 'debian' && codename === 'bookworm' ? `${codename}-backports` : undefined;
  if (suite !== undefined) {
    const text = backportsFile(readSources(), codename);
    if (text !== null) writeAsRoot(SOURCES_FILE, text);
  }
  await aptInstall(PACKAGES, say, suite);
  const icd = findLavapipe();
  if (icd === null) throw new Error('mesa-vulkan-drivers was installed but holds no usable lavapipe.');
  return icd;
}

/** The ICD JSON in the folder of a Chrome binary, which holds SwiftShader; null where there is none. */
export function findSwiftShader(chrome: string, files: Files = disk): string | null {
  // Debian's /usr/bin/chromium is a script that starts the binary in /usr/lib/chromium.
  const folders = [dirname(chrome), '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  const icds = folders.map((folder) => join(folder, 'vk_swiftshader_icd.json'));
  return icds.find((icd) => files.exists(icd)) ?? null;
}

/** Whether this machine has a device node of a GPU; true where the system has no such nodes to look at. */
export function hasGpuDevice(files: Files = disk, platform: string = process.platform): boolean {
  if (platform !== 'linux') return true;
  const isRenderNode = (name: string): boolean => name.startsWith('renderD');
  return (
    files.exists('/dev/nvidia0') ||
    files.exists('/dev/nvidiactl') ||
    files.exists('/dev/dxg') ||
    files.list('/dev/dri').some(isRenderNode)
  );
}

/** Whether the system has the Vulkan loader, which every driver is reached through. */
export function hasVulkanLoader(files: Files = disk): boolean {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ];
  return folders.some((folder) => files.exists(join(folder, 'libvulkan.so.1')));
}

function listedLavapipe(files: Files): string | null {
  if (process.platform !== 'linux') return null;
  const foreign = process.arch === 'x64' ? /i[36]86|aarch64/ : /i[36]86|x86_64/;
  const isOurs = (name: string): boolean => /^lvp_icd(\..+)?\.json$/.test(name) && !foreign.test(name);
  for (const base of ['/usr/share', '/usr/local/share', '/etc', '/usr/local/etc']) {
    const folder = `${base}/vulkan/icd.d`;
    const name = files.list(folder).find(isOurs);
    if (name !== undefined) return `${folder}/${name}`;
  }
  return null;
}

/** Mesa's major version as dpkg knows it; null on systems without dpkg, where lavapipe is taken as it is. */
function mesaVersion(): number | null {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format string.
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'mesa-vulkan-drivers'], {
    encoding: 'utf8',
  });
  const major = status === 0 ? Number.parseInt(stdout.replace(/^\d+:/, ''), 10) : Number.NaN;
  return Number.isNaN(major) ? null : major;
}
