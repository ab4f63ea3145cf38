/** The arrays of an `.npz` by the names that a form gives them. */
import { Refusal } from '../../core/errors.ts';
import { didYouMean } from '../args.ts';
import type { FileArray } from '../formats/array.ts';
import type { Arrays, Form } from './form.ts';
import { refuseEmpty } from './stored.ts';

/** Throws a `Refusal` where one is missing, misspelt, foreign or of another rank, an `Unsupported` for an empty one. */
export function namedArrays(held: ReadonlyMap<string, FileArray>, form: Form): Arrays {
  checkNames(held, form);
  for (const { name, dims } of form.inputs) {
    const array = held.get(name);
    if (!array || dims === undefined) continue;
    if (array.dims.length !== dims.split(',').length) {
      throw new Refusal(`"${name}" must have the shape (${dims}), and has (${array.dims.join(', ')})`);
    }
    refuseEmpty(array, `"${name}"`);
  }
  return { get: (name) => held.get(name) as FileArray, find: (name) => held.get(name) };
}

export function required({ inputs }: Form): string[] {
  return inputs.filter(({ optional }) => !optional).map(({ name }) => name);
}

/** All names that a file of this form may hold. */
export function known({ inputs, outputs }: Form): string[] {
  return [...inputs.map(({ name }) => name), ...outputs];
}

function checkNames(held: ReadonlyMap<string, FileArray>, form: Form): void {
  const { op, outputs } = form;
  const names = known(form);
  const missing = required(form).find((name) => !held.has(name));
  const wanted = missing ?? (outputs.some((name) => held.has(name)) ? undefined : outputs[0]);
  if (wanted !== undefined) {
    const choice = (missing === undefined ? outputs : [missing]).map((name) => `"${name}"`);
    const listed = choice.length > 1 ? `${choice.slice(0, -1).join(', ')} or ${choice.at(-1)}` : choice[0];
    const meant = [...held.keys()].find((name) => !names.includes(name) && name.toLowerCase().startsWith(wanted));
    throw new Refusal(
      `${op} needs an array ${listed}${holds(held)}` +
        (meant === undefined ? '' : `: rename "${meant}" to "${wanted}"`),
    );
  }
  const stray = [...held.keys()].find((name) => !names.includes(name));
  if (stray === undefined) return;
  const free = names.filter((name) => !held.has(name));
  throw new Refusal(`The array "${stray}" is not one of ${op}'s${didYouMean(stray, free)}`);
}

/** The end of a sentence that says what there is instead. */
export function holds(held: ReadonlyMap<string, FileArray>): string {
  return `; the file holds ${[...held.keys()].map((name) => `"${name}"`).join(', ')}`;
}
