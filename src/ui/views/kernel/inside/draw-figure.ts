/** A trace on another page: what lanes touch together, or a workgroup step by step beside its code. */
import { html } from 'lit';
import { Refusal } from '../../../../core/errors.ts';
import { source as savedSource } from '../../../../kernels/index.ts';
import { defaultMachine, findMachine } from '../../../../model/machines.ts';
import type { Problem } from '../../../../ops/types.ts';
import type { Steps } from '../../../../trace/steps.ts';
import type { Opened } from '../../../state/files/opened.ts';
import { kernelOf, operationOf } from '../../../state/settings.ts';
import { problemWords } from '../../../state/titles.ts';
import { tracesIn } from '../../../state/traces.ts';
import type { Drawn } from '../../figures.ts';
import { kernelSearch } from '../settings.ts';
import '../../../parts/inside/ts-replay.ts';
import '../../../parts/inside/ts-request.ts';

interface Traced {
  readonly problem: Problem;
  /** Title of the kernel. */
  readonly kernel: string;
  readonly machine: string;
  readonly steps: readonly Steps[];
  readonly text: string;
  /** The query part of the address at which the page shows the kernel. */
  readonly search: string;
}

export function draw(file: Opened, kind: string): Drawn {
  const traced = tracedIn(file);
  if (!traced || traced.steps.length === 0)
    throw new Refusal(
      'This file has counters alone: record one with npm run trace -- OP --kernel ID --record FILE.json.',
    );
  const { problem, kernel, machine, steps, text } = traced;
  const shared = {
    title: `${operationOf(problem).title}, ${kernel}: ${problemWords(problem)}`,
    search: `./${traced.search}`,
  };
  return kind === 'trace'
    ? {
        ...shared,
        content: html`<ts-request .steps=${steps} .machine=${findMachine(machine) ?? defaultMachine}></ts-request>`,
      }
    : { ...shared, content: html`<ts-replay .steps=${steps} .text=${text.split('\n')}></ts-replay>` };
}

/** Null where the file has no trace. */
function tracedIn({ ledger, own }: Opened): Traced | null {
  if (own) {
    const { problem, text, trace } = own;
    const search = `?view=own&op=${problem.op}`;
    return (
      trace && {
        problem,
        kernel: 'a kernel of the writer’s own',
        machine: trace.result.machine,
        steps: trace.steps,
        text,
        search,
      }
    );
  }
  const [traced] = ledger ? tracesIn(ledger) : [];
  if (!traced) return null;
  const { settings, source } = traced.item;
  const machine = traced.machine === defaultMachine.id ? '' : traced.machine;
  const kernel = kernelOf(settings);
  const edited = source === undefined ? '' : ' (edited)';
  return {
    problem: settings,
    kernel: `${kernel.title}${edited}`,
    machine: traced.machine,
    steps: traced.reply.steps,
    text: source ?? savedSource(kernel),
    search: kernelSearch({ ...settings, inside: { workgroups: 'all', machine } }),
  };
}
