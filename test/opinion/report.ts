/** The second opinion on everything it can be asked, as a page of docs/. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Shape } from '../../src/ops/types.ts';
import { ask, type Opinion } from './opinion.ts';

const PAGE = fileURLToPath(new URL('../../docs/SECOND-OPINION.md', import.meta.url));
const ALL = Number.POSITIVE_INFINITY;
/** Multiply-adds for a sample of some 2,500 rows of attention. */
const SAMPLE = 4e9;

const ATTENTION = { batch: 1, heads: 8, queries: 4096, dim: 64 };
const GROUPED = { batch: 2, heads: 8, kvHeads: 2, queries: 509, keys: 1021, dim: 40, valueDim: 24, causal: 1 };

const QUESTIONS: readonly (readonly [
  op: 'attention' | 'matmul' | 'softmax',
  shape: Shape,
  input: string,
  budget: number,
])[] = [
  ['attention', ATTENTION, 'normal', ALL],
  ['attention', { ...ATTENTION, causal: 1 }, 'normal', ALL],
  ...['rising', 'falling', 'low', 'high', 'uniform', 'peaked'].map(
    (input) => ['attention', { ...ATTENTION, causal: 1 }, input, SAMPLE] as const,
  ),
  ['attention', GROUPED, 'normal', ALL],
  ['matmul', { m: 4096, n: 64, k: 4096 }, 'normal', ALL],
  ['matmul', { m: 1024, n: 1024, k: 1024 }, 'normal', ALL],
  ['matmul', { m: 1000, n: 777, k: 513 }, 'cancelling', ALL],
  ['softmax', { rows: 4096, columns: 4096 }, 'normal', ALL],
  ['softmax', { rows: 1, columns: 128_000 }, 'normal', ALL],
  ['softmax', { rows: 512, columns: 4096 }, 'rising', ALL],
];

/** Exit status: 0 where the two agree everywhere, 1 where they do not. */
export async function report(): Promise<number> {
  const rows: string[] = [];
  let isAgreed = true;
  for (const [op, shape, input, budget] of QUESTIONS) {
    const opinion = await ask(op, { shape, input, budget });
    rows.push(row(opinion));
    process.stderr.write(`${rows.at(-1)}\n`);
    if (opinion.verdict.correct) continue;
    isAgreed = false;
    process.stderr.write(`  ${opinion.verdict.reason}\n`);
  }
  const dropped = await ask('attention', {
    shape: { ...ATTENTION, heads: 1 },
    budget: SAMPLE,
    fault: ({ q, k, v }, shape) => {
      const keys = shape.queries - 1;
      return {
        inputs: { q, k: k.slice(0, keys * shape.dim), v: v.slice(0, keys * shape.dim) },
        shape: { ...shape, keys },
      };
    },
  });
  writeFileSync(PAGE, page(rows, dropped));
  process.stderr.write(`Written to ${PAGE}\n`);
  return isAgreed && !dropped.verdict.correct ? 0 : 1;
}

function row({ problem, verdict, largestDifference, largestValue, runMs, referenceMs }: Opinion): string {
  const cells = [
    problem.op,
    words(problem.op, problem.shape),
    problem.input,
    verdict.method,
    verdict.correct ? 'agrees' : 'differs',
    number(Number(verdict.ratio)),
    number(largestDifference),
    number(largestValue),
    `${(runMs / 1000).toFixed(1)} s`,
    `${(referenceMs / 1000).toFixed(1)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function words(op: string, shape: Shape): string {
  if (op === 'matmul') return `${shape.m} x ${shape.n} x ${shape.k}`;
  if (op === 'softmax') return `${shape.rows} x ${shape.columns}`;
  const { batch, heads, kvHeads, queries, keys, dim, valueDim, causal } = shape;
  return [
    `${batch} x ${heads}${kvHeads ? `/${kvHeads}` : ''} heads`,
    keys ? `${queries} queries, ${keys} keys` : `${queries} tokens`,
    valueDim ? `${dim} and ${valueDim} wide` : `${dim} wide`,
    ...(causal ? ['causal'] : []),
  ].join(', ');
}

function number(value: number): string {
  return value >= 1e-2 && value < 1e4 ? value.toPrecision(3) : value.toExponential(2);
}

function page(rows: readonly string[], dropped: Opinion): string {
  const manifest = new URL('../../node_modules/onnxruntime-web/package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return `# A second opinion on the references

\`node test/opinion/report.mjs\` writes this page. The float64 references decide what is right; here an independent
implementation is asked the same questions: ONNX Runtime ${version}'s CPU kernels (WebAssembly, one thread), which share
no code with this project. Its f32 answer is judged as a kernel's would be, with the bounds of VERDICTS.md, on the inputs
that the project's own kernels get (seed 1).

Attention is asked for as Transpose, MatMul, Mul, Add (the causal mask, as numbers), Softmax, MatMul, one head at a time.
ONNX Runtime's own MultiHeadAttention stops at 4,096 tokens with an integer overflow.

| operation | shape | input | compared | outcome | largest ratio of error to bound | largest difference | largest value | their time | the reference's |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

The times say what a check costs on the machine that wrote this; they are no benchmark.

**It would be noticed.** The same comparison with the last of 4,096 keys taken away from ONNX Runtime (one head, normal
scores, ${dropped.verdict.method} compared) ends ${dropped.verdict.correct ? 'unnoticed' : 'wrong'}, with a ratio of
${number(Number(dropped.verdict.ratio))}: ${dropped.verdict.reason ?? 'nothing was named'}.

\`npm test\` asks the first two questions and one of each other kind on a sample of rows.
`;
}
