/** Knobs by the titles of their controls, where rules call them by the names that the WGSL has for them; problems in few words. */
import type { Change } from '../../core/errors.ts';
import type { Verdict } from '../../core/judge.ts';
import { withCommas } from '../../core/words.ts';
import type { Knob } from '../../kernels/types.ts';
import type { Problem } from '../../ops/types.ts';
import { lowered, stopped, typeset } from '../look/format.ts';
import { operationOf } from './settings.ts';

/** A rule in the words of the controls: "Workgroup width 64", where it says "WX 64" or "WX=64". */
export function titled(text: string, knobs: readonly Knob[]): string {
  return knobs
    .filter(({ key }) => /^[A-Z][A-Z0-9_]+$/.test(key))
    .reduce(
      (said, { key, title }) =>
        said.replaceAll(new RegExp(`\\b${key}(?:=|\\b)`, 'g'), (name) => (name.endsWith('=') ? `${title} ` : title)),
      text,
    );
}

/** A rule as a sentence of the page. */
export function ruleText(rule: string, knobs: readonly Knob[]): string {
  return stopped(typeset(titled(rule, knobs)));
}

/** "workgroup width 8 and workgroup height 16", or with `between` as " to " "workgroup width to 8 and ...". */
export function changeWords(change: Change, knobs: readonly Knob[], between = ' '): string {
  const title = (key: string): string => lowered(knobs.find((knob) => knob.key === key)?.title ?? key);
  return Object.entries(change)
    .map(([key, value]) => `${title(key)}${between}${value}`)
    .join(' and ');
}

const SWITCH = ['off', 'on'];

/** "inputs 1,024, key heads 8, causal on, f32": the sizes but for those that are `swept`, and whatever else is not as usual. */
export function problemWords(problem: Pick<Problem, 'op' | 'shape' | 'dtype'>, swept: readonly string[] = []): string {
  // A size of 0 stands for "as usual", and so does anything else that is not changed.
  const shape = operationOf(problem).parameters.flatMap(({ key, title, kind, choices, default: initial }) => {
    const value = problem.shape[key];
    const tells = kind === 'size' ? value !== 0 : value !== initial;
    if (!tells || swept.includes(key)) return [];
    // "Rows of C (m)": a letter of the formula says it all.
    const name = title.endsWith(`(${key})`) ? key : lowered(title);
    return [`${name} ${(kind === 'flag' ? SWITCH : choices)?.[value] ?? withCommas(value)}`];
  });
  return [...shape, problem.dtype].join(', ');
}

/** Checks of the whole output, beside the elements that were compared one by one: "Freivalds’ check". */
function wholeChecks({ method }: Pick<Verdict, 'method'>): readonly string[] {
  return method
    .split(' and ')
    .slice(1)
    .map((name) => `${name}’ check`);
}

/** What was compared one by one, and what was checked otherwise: "4,096 of 65,536; all of it by Freivalds’ check". */
export function comparedWords(verdict: Pick<Verdict, 'method'>): string {
  const whole = wholeChecks(verdict);
  const [count] = verdict.method.split(' and ');
  return whole.length > 0 ? `${count}; all of it by ${whole.join(' and ')}` : count;
}

/** Where the largest error can be from that is neither the worst element's nor a gate's. */
export function otherCheck(verdict: Pick<Verdict, 'method' | 'correct'>): string {
  // What was wrong is named by the reason.
  return verdict.correct ? [...wholeChecks(verdict), 'a later run'].join(' or ') : 'another check';
}
