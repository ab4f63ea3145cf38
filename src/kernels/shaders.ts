/** Every WGSL file as saved, and what it declares. */
import { Failure } from '../core/errors.ts';
import type { Outline } from '../wgsl/outline.ts';

const FOLDER = '../../shaders/';
const sources = import.meta.glob<string>('../../shaders/*/*.wgsl', { eager: true, import: 'default', query: '?raw' });
// Parsed when this is bundled.
const outlines = import.meta.glob<Outline>('../../shaders/*/*.wgsl', {
  eager: true,
  import: 'default',
  query: '?outline',
});

/** The text of a WGSL file; `path` is under shaders/. */
export function shader(path: string): string {
  return found(sources, path);
}

/** What a WGSL file declares. */
export function outline(path: string): Outline {
  return found(outlines, path);
}

function found<T>(files: Readonly<Record<string, T>>, path: string): T {
  const file = files[FOLDER + path];
  if (file === undefined) throw new Failure('internal', `There is no shaders/${path}`);
  return file;
}
