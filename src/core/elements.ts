/** The bytes of a buffer as its elements. */
import { Failure } from './errors.ts';
import type { ElementType } from './format.ts';

type Half = typeof import('./half.ts');

export type ElementArray = Float32Array | InstanceType<Half['Float16Array']> | Uint32Array | Int32Array;

let half: Half | null = null;

/** Resolves when there are views of these types: what f16 takes comes with the first buffer of it. */
export async function loadViews(types: readonly ElementType[]): Promise<void> {
  if (types.includes('f16')) half ??= await import('./half.ts');
}

/** A typed view of `buffer`. Throws a `Failure` where `loadViews` has not made it possible. */
export function view(buffer: ArrayBuffer, type: ElementType): ElementArray {
  switch (type) {
    case 'f32':
      return new Float32Array(buffer);
    case 'f16':
      if (!half) throw new Failure('internal', 'Nothing has loaded what views of f16 take');
      return new half.Float16Array(buffer);
    case 'u32':
      return new Uint32Array(buffer);
    case 'i32':
      return new Int32Array(buffer);
    default:
      return type satisfies never;
  }
}
