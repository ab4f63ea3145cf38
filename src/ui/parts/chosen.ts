/** The kernel that one which chooses has taken, as a way there. */
import { html, type TemplateResult } from 'lit';
import { findKernel } from '../../kernels/index.ts';
import type { Chosen } from '../../kernels/types.ts';
import { changedKnobs } from '../../lab/chosen.ts';
import type { Problem } from '../../ops/types.ts';
import { numberOf, toSavedSearch } from '../state/settings.ts';

/** "7 Register tiles straight from the cache, WX=4 WY=2", its title a link to it as saved with these knobs. */
export function chosenKernel(problem: Problem, chosen: Chosen): TemplateResult {
  const kernel = findKernel(problem.op, chosen.kernel);
  const changed = changedKnobs(problem.op, chosen);
  return html`<a href=${toSavedSearch({ ...problem, ...chosen })} title="Open in the Kernel view"
      >${kernel ? `${numberOf(kernel)} ${kernel.title}` : chosen.kernel}</a
    >${changed.length === 0 ? ' with its defaults' : html`, <span class="mono">${changed.join(' ')}</span>`}`;
}
