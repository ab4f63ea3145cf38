/** A trace on another page: what lanes touch together, or a workgroup step by step beside its code. */
import { html } from 'lit';
import { Refusal } from '../../../../core/errors.ts';
import { source as savedSource } from '../../../../kernels/index.ts';
import { defaultMachine, findMachine } from '../../../../model/machines.ts';
import type { Opened } from '../../../state/files/opened.ts';
import { kernelOf, toSearch } from '../../../state/settings.ts';
import { tracesIn } from '../../../state/traces.ts';
import type { Drawn } from '../../figures.ts';
import '../../../parts/inside/ts-replay.ts';
import '../../../parts/inside/ts-request.ts';

export function draw({ ledger }: Opened, kind: string): Drawn {
  const [traced] = ledger ? tracesIn(ledger) : [];
  const steps = traced?.reply.steps ?? [];
  if (!traced || steps.length === 0)
    throw new Refusal(
      'This file has counters alone: record one with npm run trace -- OP --kernel ID --record FILE.json.',
    );
  const { settings, source } = traced.item;
  const search = `./${toSearch(settings)}`;
  if (kind === 'trace') {
    const machine = findMachine(traced.machine) ?? defaultMachine;
    return { content: html`<ts-request .steps=${steps} .machine=${machine}></ts-request>`, search };
  }
  const lines = (source ?? savedSource(kernelOf(settings))).split('\n');
  return { content: html`<ts-replay .steps=${steps} .text=${lines}></ts-replay>`, search };
}
