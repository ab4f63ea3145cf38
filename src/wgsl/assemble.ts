import { Failure } from '../core/errors.ts';
import type { Outline, Range } from './outline.ts';

/** What an `override` cannot set. */
export interface Settings {
  /** `const NAME: u32 = ...;` by name. */
  readonly constants: Readonly<Record<string, number>>;
  /** `alias NAME = ...;` by name. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Extensions for an `enable` directive. */
  readonly enables: readonly string[];
}

/**
 * Sets the knobs of a kernel's text that WGSL's `override` cannot reach; `outline` is that of the text.
 *
 * What each constant and alias is set to is replaced in place; directives go to the very start of line 1. Line numbers in
 * compiler messages therefore still match the file on disk.
 * Throws a `Failure` ('validation') where one is not declared, as an edited kernel may have it.
 */
export function assemble(source: string, outline: Outline, settings: Settings): string {
  const { constants, aliases } = settings;
  const replacements = [
    ...Object.entries(constants).map(([name, value]) => place('const', name, outline.constants, String(value))),
    ...Object.entries(aliases).map(([name, type]) => place('alias', name, outline.aliases, type)),
  ].sort((a, b) => a.start - b.start);
  let text = settings.enables.map((extension) => `enable ${extension};`).join('');
  let from = 0;
  for (const { start, end, replacement } of replacements) {
    // A value written over several lines leaves its line breaks behind.
    const breaks = source.slice(start, end).replace(/[^\n]/g, '');
    text += source.slice(from, start) + replacement + breaks;
    from = end;
  }
  return text + source.slice(from);
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

function place(
  keyword: 'const' | 'alias',
  name: string,
  declared: Readonly<Record<string, { readonly at: Range | null }>>,
  replacement: string,
): Replacement {
  const at = declared[name]?.at;
  if (!at) throw new Failure('validation', `The WGSL must declare "${keyword} ${name} = ...;", so that it can be set`);
  return { start: at[0], end: at[1], replacement };
}
