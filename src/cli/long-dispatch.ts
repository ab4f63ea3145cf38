/** What every command says of dispatches that would hold a GPU for long (src/lab/consent.ts). */
import { LONG_DISPATCH } from '../lab/long-dispatch.ts';

/** The flag with which they are sent unasked. */
export const ALLOW_LONG = 'allow-long';

export const ALLOW_LONG_HELP = `  --allow-long       runs kernels on a GPU even where one dispatch is predicted to last over a second; a driver
                     may reset the GPU after two`;

/** The way out of a refusal, to be said behind its reason; null where it is another one. */
export function wayOut(rule: string | undefined): string | null {
  return rule === LONG_DISPATCH ? `--${ALLOW_LONG} runs it anyway` : null;
}
