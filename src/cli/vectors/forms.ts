/** All forms, in the order of their operations: every file in `forms/`. Nothing else lists them. */
import { Failure } from '../../core/errors.ts';
import { operations } from '../../ops/index.ts';
import type { Flag } from './flags.ts';
import type { Form, Operator } from './form.ts';

const found = import.meta.glob<Form>('./forms/*.ts', { eager: true, import: 'default' });

export const forms: readonly Form[] = operations.flatMap(({ id }) => {
  const form = found[`./forms/${id}.ts`];
  if (form && form.op !== id) throw new Failure('internal', `forms/${id}.ts is the form of ${form.op}`);
  return form ? [form] : [];
});

/** Each once, though several forms may have it. */
export const formFlags: readonly Flag[] = [...new Set(forms.flatMap(({ flags }) => flags))];

/** ONNX operators by their names. */
export const operators: Readonly<Record<string, Operator>> = Object.assign({}, ...forms.map((form) => form.operators));
