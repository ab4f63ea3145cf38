/** What tries the checker, by operation: every file in `ops/`. Nothing else lists them. */
import type { DType } from '../../src/core/format.ts';
import { operations } from '../../src/kernels/index.ts';
import type { Knobs } from '../../src/kernels/types.ts';
import type { Shape } from '../../src/ops/types.ts';
import type { Fault, Kind } from './fault.ts';

export interface Broken {
  readonly faults: readonly Fault[];
  /** The kinds of fault that can be planted in its kernels. */
  readonly kinds: readonly Kind[];
  /**
   * What must not be taken for a cheat: kernels that compile quickly, with scratch and without, and a small shape, odd where
   * the operation allows it.
   */
  readonly honest: { readonly kernels: readonly string[]; readonly shape: Shape };
  /** The problems that a mutant must survive, the most telling first. */
  readonly cases: readonly Case[];
}

export interface Case {
  readonly shape: Shape;
  readonly dtype?: DType;
  readonly input?: string;
  /** Where the kernel has these knobs and takes these values; the others are drawn at random. */
  readonly knobs?: Knobs;
}

const found = import.meta.glob<Broken>('./ops/*.ts', { eager: true, import: 'default' });

/** In the order of the operations. Throws for an operation that nobody has tried to break. */
export const broken: ReadonlyMap<string, Broken> = new Map(
  operations.map(({ id }) => {
    const one = found[`./ops/${id}.ts`];
    if (!one) throw new Error(`test/broken/ops/${id}.ts is missing: it plants faults in the kernels of ${id}`);
    return [id, one];
  }),
);
