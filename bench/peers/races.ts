/** What races chose for the stored shapes, beside the rules' choice: a section of docs/PEERS.md. */
import { existsSync, readFileSync } from 'node:fs';
import { AUTO } from '../../src/kernels/tuned.ts';
import type { Choice, RaceOutcome } from '../../src/kernels/types.ts';
import { chosenWords } from '../../src/lab/chosen.ts';
import { defaultCapabilities, resolve } from '../../src/lab/plan.ts';
import { CASES, title } from './cases.ts';

/** bench/results/races.json: a copy of .cache/race.json, with the machine that it was measured on. */
interface Races {
  readonly machine: string;
  readonly outcomes: readonly RaceOutcome[];
}

const INTRO = `## What the race chose

\`0_auto\` lets its likeliest candidates race where it first meets a class of shapes on an adapter
([how](../bench/README.md#which-kernel-0_auto-takes)). These are the outcomes for the shapes above: what the rules chose and
what the race chose, each with the time of one dispatch in its fastest sample. Shapes of one class share an outcome, and
large problems are raced on a smaller one of their kind, named in brackets. "None shown" means that no candidate was shown to be
faster than the rules' choice, though its fastest sample may be. A candidate that is slower than twice the fastest has only one
sample.
`;

/** Empty where there is no such file. */
export function racesSection(path: string): string {
  if (!existsSync(path)) return '';
  const { machine, outcomes } = JSON.parse(readFileSync(path, 'utf8')) as Races;
  const adapters = [...new Set(outcomes.map(({ adapter }) => adapter))].sort();
  const tables = adapters.flatMap((adapter) =>
    Object.keys(CASES).map((op) => {
      const own = outcomes.filter((outcome) => outcome.adapter === adapter && outcome.op === op);
      return `### ${op}, ${adapter}\n\n${machine}\n\n${table(op, own)}\n`;
    }),
  );
  return [INTRO, ...tables].join('\n');
}

function table(op: string, outcomes: readonly RaceOutcome[]): string {
  const rows = CASES[op].map(({ title: name, shape }) => {
    const { kernel, problem, knobs } = resolve({ op, kernel: AUTO, shape });
    const shapeClass = kernel.race?.question(problem, knobs, defaultCapabilities).shapeClass;
    const outcome = outcomes.find((one) => one.shapeClass === shapeClass);
    return outcome ? row(op, name, outcome) : [name, '', 'no outcome', ''];
  });
  const head = ['shape (raced)', 'the rules', 'the race', 'gain'];
  return [head, ['---', '---', '---', '---:'], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function row(op: string, name: string, { start, winner, shape, times }: RaceOutcome): string[] {
  const raced = title(op, shape);
  const nsOf = (choice: Choice): number | undefined => times.find((time) => isSame(time, choice))?.leastNs;
  const cell = (choice: Choice): string => {
    const ns = nsOf(choice);
    return `${chosenWords(op, choice)}, ${ns === undefined ? 'not timed' : `${(ns / 1e6).toPrecision(3)} ms`}`;
  };
  const [before, after] = [nsOf(start), nsOf(winner)];
  const gain = isSame(start, winner) ? 'none shown' : before && after ? (before / after).toFixed(2) : '';
  return [
    raced === name ? name : `${name} (${raced})`,
    cell(start),
    isSame(start, winner) ? 'the same' : cell(winner),
    gain,
  ];
}

function isSame(a: Choice, b: Choice): boolean {
  const sorted = ({ kernel, knobs }: Choice): string => JSON.stringify([kernel, Object.entries(knobs).sort()]);
  return sorted(a) === sorted(b);
}
