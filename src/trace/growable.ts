/** A typed array that grows as it is pushed to. */
type Array_ = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export class Growable<T extends Array_> {
  data: T;
  length = 0;

  constructor(private readonly type: new (length: number) => T) {
    this.data = new type(1024);
  }

  /** Index of the new entry. */
  push(value: number): number {
    if (this.length === this.data.length) {
      const larger = new this.type(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = value;
    return this.length++;
  }

  clear(): void {
    this.length = 0;
  }
}
