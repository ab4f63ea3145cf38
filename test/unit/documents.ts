/** The documents of the repository, which tests hold against what they speak of. */
import { readdirSync, readFileSync } from 'node:fs';

export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function textOf(document: string): string {
  return readFileSync(document, 'utf8');
}

/** Whether a document has these words, however its lines are broken. */
export function says(document: string, words: string): boolean {
  return textOf(document).replace(/\s+/g, ' ').includes(words);
}
