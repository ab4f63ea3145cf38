/** A NumPy `.npz` whose arrays are named as the inputs and outputs of a form. */
import { basename } from 'node:path';
import { Refusal } from '../../core/errors.ts';
import type { FileArray } from '../formats/array.ts';
import { readBytes } from '../formats/file.ts';
import { readNpz } from '../formats/npz.ts';
import { holds, known, namedArrays, required } from './arrays.ts';
import { type Case, type Expected, readCase, type Unread } from './case.ts';
import type { FlagValues } from './flags.ts';
import type { Form } from './form.ts';
import { forms } from './forms.ts';
import { expectDims, isFloat, storageNotes, storageOf } from './stored.ts';

export interface NpzOptions {
  /** `--op`; where it is not given, the arrays' names tell. */
  readonly op: string | undefined;
  readonly flags: FlagValues;
  /** `--dtype bf16`: arrays without a type are bfloat16. */
  readonly bf16: boolean;
}

/** The one case that an `.npz` holds. */
export function npzCase(path: string, options: NpzOptions): Case | Unread {
  const name = basename(path);
  return readCase(name, options.op ?? null, () => {
    const held = readNpz(readBytes(path), options);
    const form = forms.find(({ op }) => op === options.op) ?? formOf(held);
    refuseForeignFlags(form, options.flags);
    const built = form.build(namedArrays(held, form), options.flags);
    const outputs = form.outputs.map((output, nth): Expected | null => {
      const array = held.get(output);
      if (!array) return null;
      expectDims(array, built.outputs[nth], `The array "${output}"`, 'the inputs');
      return { name: output, array, arithmetic: built.arithmetic ?? array.type };
    });
    const given = [...held].filter(([array]) => !form.outputs.includes(array)).map(([, array]) => array);
    return {
      name,
      operator: form.op,
      outputs: outputs.filter((output) => output !== null),
      others: [],
      dtype: storageOf(given.filter(({ type }) => isFloat(type))),
      routes: built.routes.map((route) => ({ ...route, writes: route.writes.filter((_, nth) => outputs[nth]) })),
      notes: [...storageNotes(given), ...(built.notes ?? [])],
    };
  });
}

/** The form whose arrays a file holds: all inputs and an output, or at least all of several inputs. */
function formOf(held: ReadonlyMap<string, FileArray>): Form {
  const knows = (form: Form): number => known(form).filter((name) => held.has(name)).length;
  // Where one form's names are among another's, the one that knows more of the file's is meant.
  const candidates = forms
    .filter((form) => required(form).every((name) => held.has(name)))
    .sort((a, b) => knows(b) - knows(a));
  const complete = candidates.find(({ outputs }) => outputs.some((name) => held.has(name)));
  // One name alone tells nothing.
  const form = complete ?? candidates.find((candidate) => required(candidate).length > 1);
  if (form) return form;
  const names = forms.map((one) => `${[...required(one), ...one.outputs].join(', ')} for ${one.op}`);
  throw new Refusal(
    `The names of the arrays do not show which operation they are for: name them ${names.join('; ')}${holds(held)}`,
  );
}

function refuseForeignFlags({ op, flags }: Form, given: FlagValues): void {
  const foreign = Object.keys(given).find((name) => !flags.some((flag) => flag.name === name));
  if (foreign === undefined) return;
  const owners = forms.filter((form) => form.flags.some(({ name }) => name === foreign)).map((form) => form.op);
  throw new Refusal(`--${foreign} is a flag for ${owners.join(' and ')}, and this file is of ${op}`);
}
