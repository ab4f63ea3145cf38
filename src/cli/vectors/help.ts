/** The part of verify's help that the forms say. */

import type { Form } from './form.ts';
import { forms } from './forms.ts';

const NAMES_WIDTH = Math.max(...forms.map(({ op }) => op.length));

/** The arrays of an `.npz`, a line for each operation: inputs with their shapes, then what is expected. */
export function arraysHelp(indent: string): string {
  return forms
    .flatMap((form) => {
      const line = `${indent}${form.op.padEnd(NAMES_WIDTH)}  ${inputsOf(form)}; expected: ${form.outputs.join(', ')}`;
      const meaning = `${indent}${' '.repeat(NAMES_WIDTH)}  (${form.meaning})`;
      return form.meaning === undefined ? [line] : [line, meaning];
    })
    .join('\n');
}

/** "q, k, v (batch, heads, tokens, dim), [mask]": neighbours of one shape share it. */
function inputsOf({ inputs }: Form): string {
  return inputs
    .map(({ name, dims, optional }, at) => {
      const shared = inputs[at + 1]?.dims === dims;
      const text = dims === undefined || shared ? name : `${name} (${dims})`;
      return optional ? `[${text}]` : text;
    })
    .join(', ');
}

/** The flags of the forms, under the operations that have them. */
export function flagsHelp(): string {
  const withFlags = forms.filter(({ flags }) => flags.length > 0);
  return [...new Set(withFlags.map(({ flags }) => flags))]
    .map((flags) => {
      const owners = withFlags.filter((form) => form.flags === flags).map(({ op }) => op);
      const lines = flags.map(({ name, value, help }) => {
        return `  ${`--${name}${value === null ? '' : ` ${value}`}`.padEnd(18)} ${help}`;
      });
      return [`For ${owners.join(' and ')} in an .npz:`, ...lines].join('\n');
    })
    .join('\n\n');
}
