/** Large arrays of which little is used: pages of 4,096 entries, each made when it is first touched. */
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/** Some integers for each entry, 0 at first. */
export class Pages {
  private readonly pages: (Int32Array | undefined)[] = [];
  /** The page of the entry that `at` was last asked for. */
  page: Int32Array = new Int32Array(0);

  constructor(private readonly fields: number) {}

  /** Where an entry's fields begin in `page`. */
  at(entry: number): number {
    const number = Math.floor(entry / PAGE);
    this.page = this.pages[number] ??= new Int32Array(PAGE * this.fields);
    return (entry % PAGE) * this.fields;
  }
}
