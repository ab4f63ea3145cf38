/** Terms that explain themselves where they are first mentioned. */
import type { TemplateResult } from 'lit';
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.ts';
import { explained, explainer } from '../../src/ui/look/terms.ts';

/** The text with its terms between brackets. */
function marked(text: string): string {
  return explained(text)
    .map((part) => (typeof part === 'string' ? part : `[${(part as TemplateResult).values.at(-1)}]`))
    .join('');
}

describe('a term', () => {
  it('is explained once, in whatever form it is written', () => {
    expect(marked('Lanes of a workgroup, each lane of two workgroups')).toBe(
      '[Lanes] of a [workgroup], each lane of two workgroups',
    );
  });

  it('is a whole word, and a line only one of memory', () => {
    expect(marked('planes in a line of text')).toBe('planes in a line of text');
    expect(marked('a line of memory, 8 banks, a bank conflict')).toBe(
      'a [line of memory], 8 [banks], a [bank conflict]',
    );
  });

  it('is explained in the first of several texts', () => {
    const explain = explainer();
    expect(explain('Four sectors a request').length).toBe(5);
    expect(explain('One sector a request, no scratch')).toHaveLength(3);
    expect(explain('The sanitizer finds nothing')).toHaveLength(3);
  });

  it('leaves the text of every kernel as it is', () => {
    for (const { teaches } of kernels) expect(marked(teaches).replaceAll(/[[\]]/g, '')).toBe(teaches);
    expect(kernels.filter(({ teaches }) => explained(teaches).length > 1).length).toBeGreaterThan(kernels.length / 2);
  });
});
