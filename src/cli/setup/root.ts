import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../core/errors.ts';

/** The repository's folder, looked for upwards from this file, which may be a source or a bundle; null outside one. */
export function findRoot(from: string = dirname(fileURLToPath(import.meta.url))): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'tilescope') return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** As `findRoot`; refuses where there is none: `what` needs files that the single-file command line does not carry. */
export function rootFor(what: string): string {
  const root = findRoot();
  if (root === null) throw new Refusal(`${what} needs the Tilescope repository around it: use --host dawn here.`);
  return root;
}
