/** What answers to tasks are put together from. */
import { findTask, type Task } from '../../src/tasks/index.ts';

export function task(id: string): Task {
  const found = findTask(id);
  if (!found) throw new Error(`There is no task ${id}`);
  return found;
}

/** A text of bindings and a body, for a kernel of one pass or more. */
export function kernel(
  header: readonly string[],
  params: readonly string[],
  bindings: readonly string[],
  code: string,
): string {
  const declared = bindings.map((binding, at) => `@group(0) @binding(${at}) var<storage, ${binding};`);
  const struct = `struct Params { ${params.map((one) => `${one}: u32, `).join('')}}`;
  return [
    '// tilescope kernel',
    ...header.map((line) => `// ${line}`),
    struct,
    ...declared,
    `@group(0) @binding(${bindings.length}) var<uniform> p: Params;`,
    code,
  ].join('\n');
}

export const MATRIX = ['rows', 'columns'];
export const X_Y = ['read> x: array<f32>', 'read_write> y: array<f32>'];
