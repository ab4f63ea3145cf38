/**
 * Seeded random numbers: the same seed gives the same inputs in every engine.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, 32-bit operations only, passes PractRand and BigCrush.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `stream` separates tensors that share a seed. */
  constructor(seed: number, stream = '') {
    // FNV-1a over the stream's name, so that "w" and "x" of one seed are unrelated.
    let hash = 0x811c9dc5;
    for (const char of stream) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    this.a = seed | 0;
    this.b = Math.floor(seed / 2 ** 32) | 0;
    this.c = hash | 0;
    for (let i = 0; i < 15; i++) this.bits();
  }

  /** 32 uniform bits as an unsigned integer. */
  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [low, high), 32 bits of resolution. */
  uniform(low = 0, high = 1): number {
    return low + (this.bits() / 2 ** 32) * (high - low);
  }

  /** Uniform integer in [low, high], both included; the bias is below 2^-20 for ranges below 4,096. */
  integer(low: number, high: number): number {
    return low + Math.floor((this.bits() / 2 ** 32) * (high - low + 1));
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log((this.bits() + 1) / (2 ** 32 + 1))) * Math.cos(2 * Math.PI * this.uniform());
  }
}
