/** The largest problem that the reference on the CPU holds. */
import { Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';

/** 2^28 float32 values are 1 GiB. */
const MOST_ELEMENTS = 2 ** 28;

/** Throws a `Refusal` for more elements than the reference holds; `columns` are those of one row. */
export function checkElements(rows: number, columns: number): void {
  const elements = rows * columns;
  if (elements <= MOST_ELEMENTS) return;
  throw new Refusal(
    `${withCommas(rows)} rows of ${withCommas(columns)} are ${withCommas(elements)} elements; the reference holds at most ` +
      withCommas(MOST_ELEMENTS),
    {
      rule: 'reference-size',
      parameters: { rows, columns, most: MOST_ELEMENTS },
      works: [],
      remedy: `use at most ${withCommas(Math.floor(MOST_ELEMENTS / columns))} rows`,
    },
  );
}
