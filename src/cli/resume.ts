/** `bench --resume FILE`: results of an earlier document stand for the requests that are the same, and only those. */
import { readFileSync, statSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import { Refusal } from '../core/errors.ts';
import { unreadable } from '../lab/document.ts';
import { LONG_DISPATCH } from '../lab/long-dispatch.ts';
import { resolve } from '../lab/plan.ts';
import type { Budget, Request } from '../lab/protocol.ts';
import type { AdapterReport, Result, ResultDocument, ResultSource } from '../lab/result.ts';
import { type BenchDocument, reason } from './document.ts';
import { digestOf } from './edited-source.ts';

/**
 * The document in a file, once it is sure to be one of `bench` from this version. Throws a `Refusal` where the file
 * cannot be read, is not whole, or holds something else.
 */
export function readEarlier(path: string, version: string): BenchDocument {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return refuse(path, 'there is no such file; the first run writes it with --json');
  if (!stat.isFile()) return refuse(path, 'it is not a file');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(path, reason(error));
  }
  let document: { readonly command?: unknown } & BenchDocument;
  try {
    document = JSON.parse(text);
  } catch {
    return refuse(path, 'it is not JSON, or only the beginning of it');
  }
  if (typeof document?.command === 'string') refuse(path, `it is a document of "${document.command}", not of bench`);
  const why = document?.tool === 'tilescope' ? unreadable(document.version) : null;
  if (why !== null) refuse(path, why);
  const validate = new Ajv2020().compile(schema);
  if (!validate(document)) {
    const [first] = validate.errors ?? [];
    refuse(
      path,
      `it was not written by bench --json (${first?.instancePath || 'the whole'} ${first?.message ?? 'is not valid'})`,
    );
  }
  if (document.results.length > 0 && document.version !== version) {
    refuse(path, `it was written by Tilescope ${document.version}, and this is ${version}, whose kernels may differ`);
  }
  return document;
}

/** Throws a `Refusal` where what was measured then and what is asked for now should not stand in one document. */
export function checkAlike(
  path: string,
  earlier: BenchDocument,
  now: { readonly host: string; readonly budget: Budget },
): void {
  if (earlier.results.length === 0) return;
  if (earlier.host !== now.host) {
    refuse(path, `it was measured in ${earlier.host}, and this is ${now.host}; add --host ${earlier.host}`);
  }
  const then = earlier.budget;
  if (then && !identical(then, now.budget)) {
    refuse(
      path,
      `it was measured with ${then.samples} samples of ${then.sampleMs} ms, and this asks for ` +
        `${now.budget.samples} of ${now.budget.sampleMs} ms; give --quick and --samples as then`,
    );
  }
}

/** The same for the adapter, which is known once the host is open. */
export function checkAdapter(path: string, earlier: BenchDocument, now: AdapterReport): void {
  const then = earlier.adapter;
  if (!then || identical(then, now)) return;
  const [before, today] = [then, now].map((adapter) => `"${adapter.description}"`);
  // Two of one description differ in what else they tell.
  const difference =
    before === today ? `another ${before} than this one` : `the adapter ${before}, and this is ${today}`;
  refuse(path, `it was measured on ${difference}; choose that one with --adapter, or start a new file`);
}

function refuse(path: string, why: string): never {
  throw new Refusal(`--resume cannot go on from ${path}: ${why}.`);
}

function identical(a: object, b: object): boolean {
  const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return sorted(a) === sorted(b);
}

export interface TakenOver {
  /** One for each request; null for what must run: it is not there, or it failed. */
  readonly results: (Result | null)[];
  /** Results of the earlier document that nobody asks for now; they stay in it. */
  readonly others: readonly Result[];
}

/** `allowLong`: what was not run because a dispatch would have lasted too long is run now. */
export function takeOver(
  earlier: ResultDocument,
  requests: readonly Request[],
  budget: Budget,
  allowLong = false,
): TakenOver {
  const known = new Map(earlier.results.map((result) => [identityOf(result), result]));
  const wanted = requests.map((request) => {
    try {
      const { kernel, problem, knobs } = resolve(request);
      const { source: text } = request;
      const source = text === undefined ? {} : { source: { digest: digestOf(text) } };
      return identityOf({ ...problem, kernel: kernel.id, knobs, ...source });
    } catch (error) {
      // What no device takes is refused again without asking one.
      if (error instanceof Refusal) return null;
      throw error;
    }
  });
  const isTimed = budget.samples > 0;
  return {
    results: wanted.map((identity) => {
      const result = identity === null ? undefined : known.get(identity);
      if (!result || result.status === 'failed') return null;
      if (allowLong && result.refusal?.rule === LONG_DISPATCH) return null;
      return result.status === 'correct' && isTimed && result.time === null ? null : result;
    }),
    others: [...known].filter(([identity]) => !wanted.includes(identity)).map(([, result]) => result),
  };
}

type Identity = Pick<Result, 'op' | 'kernel' | 'shape' | 'dtype' | 'knobs' | 'seed' | 'input'> & {
  readonly source?: Pick<ResultSource, 'digest'>;
};

/** Everything that makes two results answers to the same question: of an edited kernel also its text, wherever it lies. */
function identityOf({ op, kernel, shape, dtype, knobs, seed, input, source }: Identity): string {
  const [sizes, set] = [shape, knobs].map((values) => Object.entries(values).sort());
  return JSON.stringify([op, kernel, dtype, seed, input, sizes, set, source?.digest ?? null]);
}
