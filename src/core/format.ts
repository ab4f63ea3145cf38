/** A binary floating-point format, as numbers; each follows from how many bits exponent and fraction have. */
export interface Format {
  readonly bits: number;
  /** Unit roundoff: rounding to the nearest moves a normal number by at most this share of it. */
  readonly unit: number;
  readonly largest: number;
  /** From this magnitude on, rounding to the nearest gives infinity: the largest number and half a unit of its last place. */
  readonly overflow: number;
  /** Smallest normal number: below it WGSL lets an implementation flush to zero. */
  readonly smallestNormal: number;
  /** Smallest positive number, which is how far apart denormal ones are. */
  readonly smallest: number;
}

/** IEEE 754-2019, table 3.5; bfloat16 is binary32 without its last 16 bits. */
function format(exponentBits: number, fractionBits: number): Format {
  const highest = 2 ** (exponentBits - 1) - 1;
  const unit = 2 ** -(fractionBits + 1);
  return {
    bits: 1 + exponentBits + fractionBits,
    unit,
    largest: (2 - 2 * unit) * 2 ** highest,
    overflow: (2 - unit) * 2 ** highest,
    smallestNormal: 2 ** (1 - highest),
    smallest: 2 ** (1 - highest - fractionBits),
  };
}

/** Formats that kernels store, and bf16, which files hold. */
export const FORMATS = { f32: format(8, 23), f16: format(5, 10), bf16: format(8, 7) } as const;

/** How an operation's tensors are stored. Sums are always f32 unless a kernel says otherwise. */
export type DType = 'f32' | 'f16';
export const DTYPES: readonly DType[] = ['f32', 'f16'];

/** What storing in a format asks of the WGSL and of the device. */
export const NEEDS: Readonly<
  Record<DType, { readonly enables: readonly string[]; readonly features: readonly GPUFeatureName[] }>
> = {
  f32: { enables: [], features: [] },
  f16: { enables: ['f16'], features: ['shader-f16'] },
};

/** What an element of a GPU buffer may be. */
export type ElementType = DType | 'u32' | 'i32';

/** Whether a device with these features stores in a format. */
export function canStore(dtype: DType, features: ReadonlySet<string>): boolean {
  return NEEDS[dtype].features.every((feature) => features.has(feature));
}

export const BYTES: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2, u32: 4, i32: 4 };

/** Unit roundoff of binary32, u = 2^-24. */
export const U32 = FORMATS.f32.unit;
