/**
 * Ways to reach a GPU's Vulkan driver on a machine that nobody has set up for it. In containers the driver's libraries
 * are often there while its manifest, which tells the loader of them, is elsewhere or missing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { disk, type Files } from '../setup/files.ts';

export interface DriverPath {
  /** What is tried, in words. */
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where container runtimes put a driver and do not tell the loader of it. */
const DRIVER_FOLDERS = ['/usr/local/nvidia', '/opt/nvidia'];
export const MANIFEST_FOLDERS = [
  ...DRIVER_FOLDERS.flatMap((folder) => [`${folder}/share/vulkan/icd.d`, `${folder}/vulkan/icd.d`]),
  '/usr/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
];
/** Each is a whole Vulkan driver; the first wants X11's libraries, the second those of EGL. */
const DRIVER_LIBRARIES = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];

/** Folders with libraries of a driver that the system's linker does not know. */
export function libraryFolders(files: Files = disk): readonly string[] {
  return DRIVER_FOLDERS.flatMap((folder) => [`${folder}/lib64`, `${folder}/lib`]).filter((folder) =>
    files.exists(folder),
  );
}

/** What to try, in order, until one gives a GPU. The last two are manifests of our own, written into `scratch`. */
export function* driverPaths(scratch: string, files: Files = disk): Generator<DriverPath> {
  yield { title: "the loader's own choice", env: {} };
  for (const folder of MANIFEST_FOLDERS) {
    for (const name of files.list(folder).filter((file) => /nvidia.*\.json$/.test(file))) {
      const manifest = join(folder, name);
      yield { title: manifest, env: only(manifest) };
    }
  }
  for (const library of DRIVER_LIBRARIES) {
    const manifest = join(scratch, `${library}.json`);
    const icd = { library_path: library, api_version: '1.3.0' };
    writeFileSync(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD: icd }));
    yield { title: `${library} by a manifest of our own`, env: only(manifest) };
  }
}

/** Makes the loader find one driver only; the second name is what loaders before 1.3.207 know. */
function only(manifest: string): DriverPath['env'] {
  return { VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest };
}
