/** The YAML head of a lesson: its evidence and its numbers. */

import type { Edit, Evidence, NumberSpec, Run } from '../../lessons/types.ts';
import { findOperation } from '../../ops/index.ts';
import type { Totals } from '../../trace/report.ts';
import { Fields } from './fields.ts';
import type { Stored } from './stored.ts';

const FORMS = [
  'count',
  'number',
  'bytes',
  'time',
  'rate',
  'times',
  'percent',
  'text',
  'longer',
  'faster',
  'more',
] as const;
const COUNTERS = [
  'executions',
  'requests',
  'bytesAsked',
  'sectors',
  'idealSectors',
  'lines',
  'bankPasses',
  'idealBankPasses',
] as const;
const TOTALS = [
  'bytesAsked',
  'bytesFetched',
  'bytesFromMemory',
  'bytesToMemory',
  'compulsoryBytes',
  'barriers',
] as const satisfies readonly (keyof Totals)[];

export function evidenceFrom(fields: Fields, stored: Stored): Evidence {
  const title = fields.text('title');
  const found = ((): Evidence => {
    if (fields.has('trace')) {
      const recording = fields.text('trace');
      return { kind: 'trace', title, recording, run: stored.traced(recording), edit: editFrom(fields) };
    }
    if (fields.has('probe'))
      return { kind: 'probe', title, probe: fields.text('probe'), recorded: fields.texts('recorded') };
    const all = fields.has('all') ? fields.fields('all') : new Fields({}, fields.place);
    const shared = {
      op: all.optionalText('op'),
      kernel: all.optionalText('kernel'),
      shape: all.numbers('shape'),
      dtype: all.oneOf('dtype', ['f32', 'f16'], 'f32'),
      knobs: all.values('knobs'),
      input: all.optionalText('input'),
    };
    all.end();
    const runs = fields.list('runs').map((value, at): Run => {
      const one = Fields.from(value, `${fields.place}.runs[${at}]`);
      const run = {
        label: one.text('label'),
        op: shared.op ?? one.text('op'),
        kernel: one.optionalText('kernel') ?? shared.kernel ?? one.text('kernel'),
        shape: { ...shared.shape, ...one.numbers('shape') },
        dtype: one.oneOf('dtype', ['f32', 'f16'], shared.dtype),
        knobs: { ...shared.knobs, ...one.values('knobs') },
        input: one.optionalText('input') ?? shared.input,
        edit: editFrom(one),
      };
      one.end();
      return run;
    });
    if (!fields.has('recorded')) return { kind: 'runs', title, runs, recorded: null };
    const from = fields.fields('recorded');
    const recorded = stored.runs(from.texts('files'), runs, from.numbers('shape'));
    from.end();
    return { kind: 'runs', title, runs, recorded };
  })();
  fields.end();
  return found;
}

function editFrom(fields: Fields): Edit | null {
  if (!fields.has('edit')) return null;
  const edit = fields.fields('edit');
  const found = { find: edit.text('find'), replace: edit.text('replace') };
  edit.end();
  return found;
}

export function numberFrom(fields: Fields, stored: Stored): NumberSpec {
  const as = fields.oneOf('as', FORMS);
  const found = ((): NumberSpec => {
    if (fields.has('ratio')) {
      const [above, below] = fields.texts('ratio');
      return { as, kind: 'ratio', over: [above, below] };
    }
    if (fields.has('value')) return { as, kind: 'known', value: fields.number('value') };
    if (fields.has('quantity')) return { as, kind: 'known', value: counted(fields) };
    if (fields.has('roofline')) {
      const [name, op, kernel] = ['roofline', 'op', 'kernel'].map((key) => fields.text(key));
      return { as, kind: 'known', value: stored.placed(name, op, kernel, fields.numbers('shape')) };
    }
    const of = fields.text('of');
    if (fields.has('counter')) {
      const each = fields.has('each') ? fields.oneOf('each', ['requests', 'executions']) : null;
      return {
        as,
        kind: 'counter',
        of,
        access: fields.text('access'),
        counter: fields.oneOf('counter', COUNTERS),
        each,
      };
    }
    if (fields.has('total')) return { as, kind: 'total', of, total: fields.oneOf('total', TOTALS) };
    if (fields.has('findings')) {
      const finding = fields.text('findings');
      return { as, kind: 'findings', of, finding: finding === 'any' ? null : finding };
    }
    if (fields.has('found')) return { as, kind: 'found', of, found: fields.text('found') };
    if (fields.has('at')) {
      const at = fields.values('at');
      return { as, kind: 'row', of, at, measure: fields.text('measure'), modelled: fields.flag('modelled') };
    }
    const run = fields.text('run');
    if (fields.has('said')) return { as, kind: 'said', of, run, said: fields.oneOf('said', ['status', 'gate']) };
    return { as, kind: 'run', of, run, measure: fields.text('measure') };
  })();
  fields.end();
  return found;
}

/** What an operation counts of a problem, whatever the kernel. */
function counted(fields: Fields): number {
  const operation = findOperation(fields.text('op'));
  if (!operation) throw new Error(`${fields.place}.op is not an operation`);
  const key = fields.text('quantity');
  const shape = {
    ...Object.fromEntries(operation.parameters.map((parameter) => [parameter.key, parameter.default])),
    ...fields.numbers('shape'),
  };
  const quantities = operation.quantities(shape, fields.oneOf('dtype', ['f32', 'f16'], 'f32'));
  const found = quantities.find((quantity) => quantity.key === key);
  if (!found) throw new Error(`${fields.place}.quantity is not one of ${quantities.map((one) => one.key).join(', ')}`);
  return found.count;
}
