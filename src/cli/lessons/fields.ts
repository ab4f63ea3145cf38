/** Reads the YAML of a lesson: what is missing, of another type or not known at all is an error that names its place. */

export type Yaml = Readonly<Record<string, unknown>>;

export class Fields {
  private readonly read = new Set<string>();

  /** `place` is where it stands, for errors: "evidence.row". */
  constructor(
    private readonly of: Yaml,
    readonly place: string,
  ) {}

  static from(value: unknown, place: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`${place} is not a list of keys with values`);
    return new Fields(value as Yaml, place);
  }

  has(key: string): boolean {
    return this.of[key] !== undefined;
  }

  text(key: string): string {
    const value = this.take(key);
    if (typeof value !== 'string' && typeof value !== 'number') throw this.fault(key, 'a text');
    return String(value);
  }

  optionalText(key: string): string | null {
    return this.has(key) ? this.text(key) : this.nothing(key);
  }

  number(key: string): number {
    const value = this.take(key);
    if (typeof value !== 'number') throw this.fault(key, 'a number');
    return value;
  }

  /** A number or a text. */
  value(key: string): number | string {
    const value = this.take(key);
    if (typeof value !== 'number' && typeof value !== 'string') throw this.fault(key, 'a number or a text');
    return value;
  }

  flag(key: string): boolean {
    const value = this.take(key) ?? false;
    if (typeof value !== 'boolean') throw this.fault(key, 'true or false');
    return value;
  }

  oneOf<T extends string>(key: string, values: readonly T[], fallback?: T): T {
    const value = this.take(key) ?? fallback;
    const found = values.find((one) => one === value);
    if (found === undefined) throw this.fault(key, `one of ${values.join(', ')}`);
    return found;
  }

  list(key: string): readonly unknown[] {
    const value = this.take(key);
    if (!Array.isArray(value)) throw this.fault(key, 'a list');
    return value;
  }

  optionalList(key: string): readonly unknown[] {
    return this.has(key) ? this.list(key) : [];
  }

  texts(key: string): readonly string[] {
    return (this.has(key) ? this.list(key) : []).map((value) => {
      if (typeof value !== 'string' && typeof value !== 'number') throw this.fault(key, 'a list of texts');
      return String(value);
    });
  }

  fields(key: string): Fields {
    return Fields.from(this.take(key), `${this.place}.${key}`);
  }

  /** Each value under its key, as fields; nothing where the key is missing. */
  each(key: string): readonly (readonly [name: string, fields: Fields])[] {
    if (!this.has(key)) return [];
    const all = this.fields(key);
    return Object.keys(all.of).map((name) => [name, all.fields(name)]);
  }

  /** Plain numbers and texts under their keys; nothing where the key is missing. */
  values(key: string): Readonly<Record<string, number | string>> {
    if (!this.has(key)) return {};
    const { of } = this.fields(key);
    for (const [name, value] of Object.entries(of))
      if (typeof value !== 'number' && typeof value !== 'string')
        throw this.fault(`${key}.${name}`, 'a number or a text');
    return of as Record<string, number | string>;
  }

  numbers(key: string): Readonly<Record<string, number>> {
    const found = this.values(key);
    for (const [name, value] of Object.entries(found))
      if (typeof value !== 'number') throw this.fault(`${key}.${name}`, 'a number');
    return found as Record<string, number>;
  }

  /** To be called last. */
  end(): void {
    const rest = Object.keys(this.of).filter((key) => !this.read.has(key));
    if (rest.length > 0) throw new Error(`${this.place} has no use for ${rest.join(', ')}`);
  }

  private take(key: string): unknown {
    this.read.add(key);
    return this.of[key];
  }

  private nothing(key: string): null {
    this.read.add(key);
    return null;
  }

  private fault(key: string, what: string): Error {
    return new Error(`${this.place}.${key} is not ${what}`);
  }
}
