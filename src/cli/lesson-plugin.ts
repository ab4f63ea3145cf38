/**
 * Vite's plugin for the lessons, `src/lessons/N_name.md`: the module of one is its `Lesson`, and with "?head" only what the
 * list of lessons needs. Markdown, YAML and what was recorded are read here, so that the page carries no parser.
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { readHead, readLesson } from './lessons/read.ts';
import { Stored } from './lessons/stored.ts';

const FILE = /\/src\/lessons\/\d+_[a-z0-9_]+\.md(\?head)?$/;

/** `root` is the repository's folder. */
export function lessonPlugin(root: string): Plugin {
  return {
    name: 'lessons',
    enforce: 'pre',
    load(id) {
      const [found, isHead] = FILE.exec(id) ?? [];
      if (found === undefined) return null;
      const path = isHead ? id.slice(0, -isHead.length) : id;
      const text = readFileSync(path, 'utf8');
      const stored = new Stored(root);
      this.addWatchFile(path);
      try {
        const module = isHead ? readHead(path, text) : readLesson(path, text, stored);
        return { code: `export default ${JSON.stringify(module)};`, moduleType: 'js', map: null };
      } catch (error) {
        return this.error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        for (const file of stored.read) this.addWatchFile(file);
      }
    },
  };
}
