/**
 * Every WGSL file as saved, and what it declares. Outlines are always there; in the built page the texts are data, a file
 * an operation, which is fetched when a text of it is first asked for: a visit needs few of them, and planning none.
 */
import { Failure } from '../core/errors.ts';
import type { Outline } from '../wgsl/outline.ts';
import { type PackedOutline, unpackOutline } from '../wgsl/outline-pack.ts';

const FOLDER = '../../shaders/';
// The page's build leaves these out (src/cli/shaders-plugin.ts), and names here where each folder's texts lie.
const bundled = import.meta.glob<string>('../../shaders/*/*.wgsl', { eager: true, import: 'default', query: '?raw' });
const apart: Readonly<Record<string, string>> = {};
// Parsed when this is bundled.
const packed = import.meta.glob<PackedOutline>('../../shaders/*/*.wgsl', {
  eager: true,
  import: 'default',
  query: '?outline',
});
const outlines: Readonly<Record<string, Outline>> = Object.fromEntries(
  Object.entries(packed).map(([path, outline]) => [path, unpackOutline(outline)]),
);

const sources: Record<string, string> = { ...bundled };
const loads = new Map<string, Promise<void>>();
const listeners = new Set<() => void>();

/** The text of a WGSL file; `path` is under shaders/. "" while its folder is being fetched: `watchShaders` hears of it. */
export function shader(path: string): string {
  const [folder] = path.split('/');
  if (folder in apart && !(FOLDER + path in sources)) {
    // Whoever waits for it hears of a failure.
    loadShaders(folder).catch(() => undefined);
    return '';
  }
  return found(sources, path);
}

/** What a WGSL file declares. */
export function outline(path: string): Outline {
  return found(outlines, path);
}

/** Resolves when the texts of a folder under shaders/ are there, or those of all of them. */
export async function loadShaders(folder?: string): Promise<void> {
  const folders = folder === undefined ? Object.keys(apart) : [folder];
  await Promise.all(folders.map(load));
}

/** Calls `listener` whenever texts have come; returns what ends that. */
export function watchShaders(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function load(folder: string): Promise<void> {
  const known = loads.get(folder);
  const url = apart[folder];
  if (known || url === undefined) return known ?? Promise.resolve();
  const loading = fetchTexts(folder, url).catch((error) => {
    // The next one who asks tries again.
    loads.delete(folder);
    throw error;
  });
  loads.set(folder, loading);
  return loading;
}

async function fetchTexts(folder: string, url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Failure('internal', `The code of ${folder} could not be loaded`);
  const texts: Readonly<Record<string, string>> = await response.json();
  for (const [name, text] of Object.entries(texts)) sources[`${FOLDER}${folder}/${name}`] = text;
  for (const listener of listeners) listener();
}

function found<T>(files: Readonly<Record<string, T>>, path: string): T {
  const file = files[FOLDER + path];
  if (file === undefined) throw new Failure('internal', `There is no shaders/${path}`);
  return file;
}
