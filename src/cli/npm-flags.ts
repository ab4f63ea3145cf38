/** Flags that npm takes for itself where "--" is missing before them. */
import { Refusal } from '../core/errors.ts';

/**
 * npm hands no flag on that stands before "--". It notes each in the environment, as true or with the value that follows
 * "=", and hands on the words. Throws a `Refusal` rather than run something else; `example` is a right command without
 * the flag.
 */
export function checkDashes(
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  example: string,
): void {
  const flag = flags.find((name) => env[`npm_config_${name.replace(/^no-/, '').replaceAll('-', '_')}`] !== undefined);
  if (flag === undefined) return;
  throw new Refusal(`npm took --${flag} for itself: write "--" before the flags, as in ${example} --${flag} ...`);
}
