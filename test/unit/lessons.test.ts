/** The lessons: each renders, names only what there is, and every prediction has an outcome in what was recorded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { digestOf } from '../../src/cli/edited-source.ts';
import { readHead, readLesson } from '../../src/cli/lessons/read.ts';
import { Stored } from '../../src/cli/lessons/stored.ts';
import { edited } from '../../src/core/edited.ts';
import { Refusal } from '../../src/core/errors.ts';
import { findKernel, shader, shaderPath } from '../../src/kernels/index.ts';
import { defaultCapabilities, tryPlan } from '../../src/lab/plan.ts';
import { recordedOn } from '../../src/lab/recorded-on.ts';
import type { Recording } from '../../src/lab/recording.ts';
import { evaluate, evidenceOf, formatted, isRight, measureOf, withheld } from '../../src/lessons/numbers.ts';
import type { Data, Figure, Form, Lesson, NumberSpec, TraceEvidence } from '../../src/lessons/types.ts';
import { findProbe } from '../../src/probes/index.ts';
import { ceilings } from '../../src/probes/parts/ceilings.ts';
import { findTask } from '../../src/tasks/index.ts';
import { lessonRecordings, recordings } from '../../src/ui/state/fingerprints.ts';
import { toRequest } from '../../src/ui/state/settings.ts';
import { itemOfRun } from '../../src/ui/views/learn/evidence.ts';
import { type Progress, predictionsOf, progressOf, shownEvidence } from '../../src/ui/views/learn/progress.ts';
import { lessons } from '../../src/ui/views/lessons.ts';
import { placeOf, viewOf } from '../../src/ui/views/links.ts';

/** What all but the smallest GPUs offer. */
const COMMON = {
  ...defaultCapabilities,
  limits: { ...defaultCapabilities.limits, maxComputeWorkgroupStorageSize: 32_768 },
};
/** How answers that are ranges speak of a number of this form. */
const UNITS: Partial<Record<Form, RegExp>> = {
  longer: /% longer|as long/i,
  faster: /faster|as fast/i,
  times: /times/i,
  more: /% more|as much/i,
  percent: /By \d.*%/,
};
const FOLDER = 'src/lessons';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const read = (name: string): Lesson =>
  readLesson(`${FOLDER}/${name}`, readFileSync(`${FOLDER}/${name}`, 'utf8'), new Stored('.'));
const recordingOf = ({ recording }: TraceEvidence): Recording =>
  JSON.parse(readFileSync(`recordings/${recording}.json`, 'utf8')) as Recording;

describe('the list of lessons', () => {
  it('has every file, numbered without a gap', () => {
    expect(lessons.map(({ number }) => number)).toEqual(files.map((_, at) => at + 1));
    expect(new Set(lessons.map(({ id }) => id)).size).toBe(files.length);
  });
});

describe.each(files)('%s', (name) => {
  const lesson = read(name);
  const stored = new Stored('.');
  const recorded = new Map<string, Data | null>();
  const dataOf = (id: string): Data | null => {
    if (!recorded.has(id)) recorded.set(id, lesson.evidence[id] ? stored.data(lesson.evidence[id]) : null);
    return recorded.get(id) ?? null;
  };
  const figures = lesson.steps.flatMap(({ blocks }) =>
    blocks.flatMap((block): Figure[] => (block.kind === 'figure' ? [block.figure] : [])),
  );

  it('asks before it shows, and says why, what to do and what to read next', () => {
    expect(lesson.question).toMatch(/[.?]$/);
    expect(lesson.minutes).toBeGreaterThanOrEqual(3);
    expect(lesson.minutes).toBeLessThanOrEqual(12);
    expect(predictionsOf(lesson).length).toBeGreaterThan(0);
    expect(figures.length).toBeGreaterThan(0);
    const first = lesson.steps.flatMap(({ blocks }) => blocks).find(({ kind }) => kind !== 'prose');
    expect(first?.kind).toBe('predict');
    expect(lesson.explore.html).not.toBe('');
    if (lesson.task) expect(findTask(lesson.task.id), lesson.task.id).toBeDefined();
    expect(lesson.next.length).toBeGreaterThan(0);
  });

  it('has no script, no style and no placeholder in its text', () => {
    const html = JSON.stringify(lesson.steps);
    expect(html).not.toMatch(/<script|<style|style=|\{\{|javascript:/i);
  });

  it('has evidence that can be made here, and recordings of all of it', () => {
    for (const [id, evidence] of Object.entries(lesson.evidence)) {
      switch (evidence.kind) {
        case 'trace': {
          const { op, kernel } = recordingOf(evidence).result;
          const found = findKernel(op, kernel) ?? expect.fail(`${id}: no kernel ${op}/${kernel}`);
          if (evidence.edit) edited(shader(shaderPath(found)), [evidence.edit.find, evidence.edit.replace]);
          break;
        }
        case 'runs':
          for (const run of evidence.runs) {
            const { settings, source } = itemOfRun(run);
            const planned = tryPlan(toRequest(settings, source), COMMON);
            expect(
              planned,
              `${id}, ${run.label}: ${planned instanceof Refusal ? planned.message : ''}`,
            ).not.toBeInstanceOf(Refusal);
          }
          expect(new Set(evidence.runs.map(({ label }) => label)).size).toBe(evidence.runs.length);
          expect(evidence.recorded, `${id} has no recording`).not.toBeNull();
          for (const [at, { label, edit }] of evidence.runs.entries()) {
            const digest = edit ? digestOf(itemOfRun(evidence.runs[at]).source ?? '') : undefined;
            const said = `${id}, "${label}" was recorded with another text: record it again, as CONTRIBUTING.md says`;
            expect(evidence.recorded?.results[at].source?.digest, said).toBe(digest);
          }
          break;
        case 'probe':
          expect(findProbe(evidence.probe), id).toBeDefined();
          for (const one of evidence.recorded)
            expect([...recordings.keys(), ...lessonRecordings.keys()]).toContain(one);
          break;
        default:
          evidence satisfies never;
      }
    }
  });

  it('uses all of its evidence and all of its numbers', () => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const own = Object.values(lesson.numbers).flatMap((spec) => (spec.kind === 'ratio' ? spec.over : []));
    const asked = [...own, ...predictionsOf(lesson).map(({ outcome }) => outcome)];
    for (const number of Object.keys(lesson.numbers))
      expect(asked.includes(number) || text.includes(`{{${number}}}`), `${number} is not used`).toBe(true);
    const used = [
      ...figures.flatMap(({ of }) => of),
      ...Object.values(lesson.numbers).flatMap((spec) => ('of' in spec ? [spec.of] : [])),
    ];
    for (const id of Object.keys(lesson.evidence)) expect(used, `evidence ${id} is not used`).toContain(id);
    for (const id of used) expect(Object.keys(lesson.evidence)).toContain(id);
  });

  it.each(predictionsOf(lesson).map((one) => [one.id, one] as const))('has an outcome of %s', (_, prediction) => {
    const outcome = evaluate(prediction.outcome, lesson.numbers, dataOf);
    if (outcome === null) expect.fail('no value');
    const { choices, axis } = prediction;
    if (axis) {
      expect(Number(outcome)).toBeGreaterThanOrEqual(axis.from);
      expect(Number(outcome)).toBeLessThanOrEqual(axis.to);
      return;
    }
    expect(choices.filter((choice) => isRight(choice, outcome, choices))).toHaveLength(1);
    // A choice by its value is exact: the nearest of some that are all wrong would be called right.
    if (choices.every(({ is }) => is !== undefined))
      expect(
        choices.some(({ is }) => is === outcome || Math.abs(Number(is) / Number(outcome) - 1) < 0.02),
        String(outcome),
      ).toBe(true);
    expect(evidenceOf(prediction.outcome, lesson.numbers).length).toBeGreaterThan(0);
    // A reader who has chosen "2 to 15% more" is not helped by "1.05 times".
    if (choices.some(({ from, to }) => from !== undefined || to !== undefined))
      expect(choices.map(({ label }) => label).join()).toMatch(UNITS[lesson.numbers[prediction.outcome].as] ?? /^$/);
  });

  const ranged = predictionsOf(lesson).filter(({ choices }) => choices.some(({ to }) => to !== undefined));
  it.each(ranged.map((one) => [one.id, one] as const))('rounds no outcome of %s over a bound', (_, prediction) => {
    const { choices, outcome } = prediction;
    const form = lesson.numbers[outcome].as;
    const labelOf = (value: number): string | undefined =>
      choices.find((choice) => isRight(choice, value, choices))?.label;
    for (const bound of choices.flatMap(({ to }) => to ?? [])) {
      for (const off of [-1e-2, -1e-3, -1e-4, -1e-5, 1e-5, 1e-4, 1e-3, 1e-2]) {
        const value = bound * (1 + off);
        const text = formatted(value, form, choices);
        expect(labelOf(ratioOf(text, form)), `${value}: ${text}`).toBe(labelOf(value));
      }
    }
  });

  it('has figures of what there is', () => {
    for (const figure of figures) {
      for (const id of [figure.of].flat()) checkFigure(figure, lesson, id, dataOf(id));
    }
  });

  it('shows nothing of what is still to be predicted', () => {
    const guesses = new Set<string>();
    const known = {
      guess: ({ id }: { id: string }) => (guesses.has(id) ? null : undefined),
      data: dataOf,
      isOutOfReach: () => false,
    };
    for (const prediction of predictionsOf(lesson)) {
      const progress = progressOf(lesson, known);
      expect(progress.at?.id).toBe(prediction.id);
      const needs = evidenceOf(prediction.outcome, lesson.numbers);
      expect(shownEvidence(lesson, progress).filter((id) => needs.includes(id))).toEqual([]);
      guesses.add(prediction.id);
      // Evidence of an earlier prediction may be there already: its figures have to leave the rest for later.
      expect(partsOf(prediction.outcome, lesson).filter((part) => !drawnIn(lesson, progress).has(part))).not.toEqual(
        [],
      );
    }
    expect(progressOf(lesson, known)).toEqual({ steps: lesson.steps, at: null });
  });

  it('leads to addresses that mean something', () => {
    for (const { to } of [...lesson.next, { to: lesson.explore.link }]) {
      if (!to.startsWith('?')) {
        expect(lessons.map(({ id }) => id)).toContain(to);
        continue;
      }
      const place = placeOf(to);
      const { notices } = viewOf(place.view).read(to);
      expect([...place.notices, ...notices], to).toEqual([]);
    }
  });
});

/** The ratio that a reader takes from "2.52 times", "4.96% longer", or, of a speed, "25% longer". */
function ratioOf(text: string, form: Form): number {
  if (text === 'the same') return 1;
  const [, digits, words] = text.match(/^([\d.,]+)(.*)$/) ?? expect.fail(text);
  const number = Number(digits.replaceAll(',', ''));
  if (words === '%') return number / 100;
  const value = words.startsWith(' times') ? number : 1 + ((/shorter|less/.test(words) ? -1 : 1) * number) / 100;
  // To twelve digits: 1 + 5 / 100 need not be the nearest number to 1.05.
  return Number((form === 'faster' && /long(er)?$/.test(words) ? 1 / value : value).toPrecision(12));
}

/** Of what an outcome is read: runs and findings of probes by name, anything else as a whole. */
function partsOf(name: string, lesson: Lesson): readonly string[] {
  const spec = lesson.numbers[name];
  switch (spec.kind) {
    case 'known':
      return [];
    case 'ratio':
      return spec.over.flatMap((part) => partsOf(part, lesson));
    case 'run':
    case 'said':
      return [`${spec.of}: ${spec.run}`];
    case 'found':
      return [`${spec.of}: ${spec.found}`];
    default:
      return [`${spec.of}: ${name}`];
  }
}

/** The same parts, of the tables and verdicts that are seen. */
function drawnIn(lesson: Lesson, { steps }: Progress): ReadonlySet<string> {
  const figures = steps.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure] : [])),
  );
  return new Set(
    figures.flatMap((figure) => {
      if (figure.kind === 'probe') return figure.found.map((key) => `${figure.of}: ${key}`);
      if (figure.kind === 'verdict' || figure.kind === 'samples') return [`${figure.of}: ${figure.run}`];
      if (figure.kind !== 'runs' && figure.kind !== 'curve') return [];
      const evidence = lesson.evidence[figure.of];
      const all = evidence.kind === 'runs' ? evidence.runs.map(({ label }) => label) : [];
      const drawn = figure.kind === 'runs' && figure.only.length > 0 ? figure.only : all;
      return drawn.map((label) => `${figure.of}: ${label}`);
    }),
  );
}

function checkFigure(figure: Figure, lesson: Lesson, id: string, data: Data | null): void {
  const evidence = lesson.evidence[id];
  switch (figure.kind) {
    case 'request':
    case 'lines':
    case 'traffic':
    case 'steps':
    case 'findings': {
      if (evidence.kind !== 'trace') expect.fail(`${id} is not a trace`);
      const { result } = recordingOf(evidence);
      if (figure.kind === 'request')
        expect(result.sites.map(({ access, buffer }) => `${access} ${buffer}`)).toContain(figure.access);
      if (figure.kind === 'steps')
        for (const name of Object.keys(figure.rows)) expect(result.sites.map(({ buffer }) => buffer)).toContain(name);
      if (figure.kind === 'lines') {
        const kernel = findKernel(result.op, result.kernel) ?? expect.fail(id);
        const saved = shader(shaderPath(kernel));
        const text = evidence.edit ? edited(saved, [evidence.edit.find, evidence.edit.replace]) : saved;
        expect(
          text.split('\n').filter((line) => line.includes(figure.at)),
          figure.at,
        ).toHaveLength(1);
      }
      break;
    }
    case 'runs':
    case 'curve':
    case 'samples':
    case 'verdict': {
      if (evidence.kind !== 'runs' || data?.kind !== 'runs') expect.fail(`${id} is not of runs`);
      const labels = evidence.runs.map(({ label }) => label);
      if (figure.kind === 'runs') {
        const drawn = figure.only.length === 0 ? labels : figure.only;
        for (const label of drawn) expect(labels).toContain(label);
        if (figure.baseline !== null) expect(drawn).toContain(figure.baseline);
      }
      if (figure.kind === 'verdict' || figure.kind === 'samples') expect(labels).toContain(figure.run);
      if (figure.kind === 'samples')
        expect(data.results[labels.indexOf(figure.run)].time?.samplesNs.length).toBeGreaterThan(2);
      if (figure.kind === 'curve') {
        const values = data.results.map((result) => measureOf(result, figure.measure));
        expect(values.filter((value) => value !== null).length).toBeGreaterThan(2);
        for (const result of data.results) expect(result.knobs[figure.x] ?? result.shape[figure.x]).toBeDefined();
      }
      break;
    }
    case 'roofline': {
      if (data?.kind === 'runs') expect(data.results.every(({ time, work }) => time && work)).toBe(true);
      else if (data?.kind === 'probe') expect(ceilings(data.found, data.rows).arithmetic.value).not.toBeNull();
      else expect.fail(`${id} is neither of runs nor of a probe`);
      break;
    }
    case 'probe': {
      if (evidence.kind !== 'probe' || data?.kind !== 'probe') expect.fail(`${id} is not of a probe`);
      const panel =
        findProbe(evidence.probe)?.panels[figure.panel] ?? expect.fail(`${id} has no panel ${figure.panel}`);
      expect(data.rows.filter(({ at }) => panel.where?.(at) ?? true).length).toBeGreaterThan(0);
      for (const key of figure.found) expect(data.found.map((one) => one.key)).toContain(key);
      break;
    }
    default:
      figure satisfies never;
  }
}

describe('a lesson that is wrong', () => {
  const HEAD = 'title: A\nminutes: 5\nquestion: Why?\nexplore: { say: Do, link: "?op=neuron" }\nnext: []\n';
  const lesson = (head: string, body = '## A\n\ntext\n'): (() => Lesson) => {
    return () => readLesson('1_a.md', `---\n${HEAD}${head}\n---\n${body}`, new Stored('.'));
  };
  test.each([
    ['a number that it does not have', lesson('', '## A\n\n{{x}}\n'), /\{\{x\}\} is not a number of this lesson/],
    ['a key that means nothing', lesson('colour: red'), /head has no use for colour/],
    ['text before the first heading', lesson('', 'text\n'), /text before the first heading/],
    ['evidence of no kind', lesson('evidence: { a: { title: b } }'), /evidence\.a\.runs is not a list/],
    [
      'a run that was not recorded',
      lesson(
        'evidence: { a: { title: b, runs: [{ label: x, op: neuron, kernel: 2_row_major, shape: { inputs: 3 } }], recorded: { files: [h200/neuron-4096-f32] } } }',
      ),
      /have 0 results of "x", not one/,
    ],
    ['a figure of no kind', lesson('', '## A\n\n```figure\nkind: pie\n```\n'), /of no kind that there is: pie/],
    ['a prediction without answers', lesson('', '## A\n\n```predict\nid: a\n```\n'), /neither choices nor an axis/],
    [
      'a counter that is not counted',
      lesson('numbers: { a: { of: b, access: c, counter: d, as: count } }'),
      /counter is not one of/,
    ],
    [
      'a kernel that a roofline has at another size',
      lesson(
        'numbers: { a: { roofline: nvidia-h200, op: softmax, kernel: 2_online, shape: { rows: 255 }, as: time } }',
      ),
      /nvidia-h200 has no time of softmax 2_online at \{"rows":255\}/,
    ],
  ])('with %s is refused with its place', (_, read, message) => {
    expect(read).toThrow(message);
  });

  it('without a head is refused', () => {
    expect(() => readHead('1_a.md', '## A')).toThrow(/does not begin with a head/);
    expect(() => readHead('a.md', `---\n${HEAD}---\n`)).toThrow(/name is not N_name/);
  });
});

describe('a number', () => {
  const known = (value: number): NumberSpec => ({ as: 'count', kind: 'known', value });

  it('of what is not there, or was not timed, has no value', () => {
    const numbers: Record<string, NumberSpec> = {
      time: { as: 'time', kind: 'run', of: 'runs', run: 'a', measure: 'time' },
      four: known(4),
      ratio: { as: 'times', kind: 'ratio', over: ['time', 'four'] },
    };
    expect(evaluate('time', numbers, () => null)).toBeNull();
    const wrong = { status: 'wrong', time: null, work: null, measures: [] } as never;
    expect(evaluate('ratio', numbers, () => ({ kind: 'runs', labels: ['a'], results: [wrong] }))).toBeNull();
    expect(evaluate('nothing', numbers, () => null)).toBeNull();
    expect(evidenceOf('ratio', numbers)).toEqual(['runs']);
  });

  it('that a probe withholds has no value, and the reason of the probe', () => {
    const numbers: Record<string, NumberSpec> = {
      fall: { as: 'number', kind: 'found', of: 'load', found: 'drop' },
      share: { as: 'percent', kind: 'ratio', over: ['fall', 'hundred'] },
      hundred: known(100),
    };
    const found = (value: number | null, reason: string | null): Data => ({
      kind: 'probe',
      rows: [],
      found: [{ key: 'drop', title: 'Fall', unit: '%', value, interval: null, says: '', withheld: reason }],
    });
    const short = (): Data => found(null, 'the series is too short');
    expect(evaluate('share', numbers, short)).toBeNull();
    expect(withheld('share', numbers, short)).toBe('the series is too short');
    expect(withheld('share', numbers, () => found(3, null))).toBeNull();
    expect(withheld('share', numbers, () => null)).toBeNull();
    expect(withheld('hundred', numbers, short)).toBeNull();
  });

  it.each([
    [4098, 'bytes', '4,098 bytes'],
    [1, 'bytes', '1 byte'],
    [2 ** 26, 'bytes', '64 MiB'],
    [551385.6, 'time', '551 µs'],
    [12, 'time', '12 ns'],
    [999.4, 'rate', '999 GB/s'],
    [1004, 'rate', '1 TB/s'],
    [2.5167, 'times', '2.52 times'],
    [0.125, 'percent', '12.5%'],
    [1.0535, 'more', '5.4% more'],
    [1.505, 'faster', '50.5% faster'],
    [0.8, 'faster', '25% longer'],
    [0.9999, 'faster', 'the same'],
    [0.9, 'longer', '10% shorter'],
    [1.0004, 'longer', 'the same'],
    [2.5167, 'longer', '2.52 times as long'],
    [0.3344, 'faster', '2.99 times as long'],
    [4096, 'count', '4,096'],
  ] as const)('%d as %s is written %s', (value, form, text) => {
    expect(formatted(value, form)).toBe(text);
  });

  it('makes the nearest choice right, or the range that it lies in, or the same text', () => {
    const choices = [
      { label: 'a', is: 4 },
      { label: 'b', is: 16 },
      { label: 'c', is: 32 },
    ];
    const right = (outcome: number): string[] =>
      choices.filter((choice) => isRight(choice, outcome, choices)).map(({ label }) => label);
    expect([right(1), right(15), right(1000)]).toEqual([['a'], ['b'], ['c']]);
    expect(isRight({ label: 'a', from: 1, to: 2 }, 1, [])).toBe(true);
    expect(isRight({ label: 'a', from: 1, to: 2 }, 2, [])).toBe(false);
    expect(isRight({ label: 'a', is: 'wrong' }, 'correct', [])).toBe(false);
    expect(isRight({ label: 'a', is: 'wrong' }, 'wrong', [])).toBe(true);
  });
});

it('has every recording of a lesson in its folder', () => {
  for (const name of files)
    for (const evidence of Object.values(read(name).evidence))
      if (evidence.kind === 'trace') expect(existsSync(`recordings/${evidence.recording}.json`)).toBe(true);
});

it.each([
  ['NVIDIA: 580.159.04 580.159.4.0', 'nvidia-h200', false, 'nvidia-h200, 27 Nov 2026'],
  ['llvmpipe: Mesa 25.0.7 (LLVM 15.0.6) 0.0.1', 'llvmpipe-llvm', true, 'llvmpipe (software), 27 Nov 2026'],
  ['SwiftShader Device (LLVM 10.0.0)', '', true, 'SwiftShader Device (software), 27 Nov 2026'],
  ['A GPU', '', false, 'A GPU, 27 Nov 2026'],
] as const)(
  'says of a recording on %s that it was made on %s, software %s: %s',
  (description, device, software, words) => {
    expect(recordedOn({ description, device, software }, '2026-11-27T10:00:00.000Z')).toBe(words);
  },
);
