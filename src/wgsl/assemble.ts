import { Failure } from '../core/errors.ts';

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
 * Sets the knobs of a kernel's text that WGSL's `override` cannot reach.
 *
 * Each constant and alias must be declared on exactly one line of its own, which is replaced in place; directives go
 * to the very start of line 1. Line numbers in compiler messages therefore still match the file on disk.
 * Throws a `Failure` ('internal') unless exactly one line matches, as an edited kernel may have it.
 */
export function assemble(source: string, settings: Settings): string {
  let text = source;
  for (const [name, value] of Object.entries(settings.constants)) {
    text = replaceLine(
      text,
      `const ${name}: u32 = ...;`,
      new RegExp(`^(const ${name}: (?:u32|i32|f32) = )[^;\\n]*(;.*)$`, 'gm'),
      `$1${value}$2`,
    );
  }
  for (const [name, type] of Object.entries(settings.aliases)) {
    text = replaceLine(
      text,
      `alias ${name} = ...;`,
      new RegExp(`^(alias ${name} = )[^;\\n]*(;.*)$`, 'gm'),
      `$1${type}$2`,
    );
  }
  return settings.enables.map((extension) => `enable ${extension};`).join('') + text;
}

/** `declaration` is what the line looks like, for the sentence. */
function replaceLine(text: string, declaration: string, line: RegExp, replacement: string): string {
  const matches = text.match(line)?.length ?? 0;
  if (matches !== 1) {
    throw new Failure(
      'internal',
      `The WGSL must declare "${declaration}" once, at the start of a line of its own, so that it can be set; ` +
        `it does so on ${matches} lines`,
    );
  }
  return text.replace(line, replacement);
}
