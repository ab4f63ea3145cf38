import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallOptions, Message, Method, Phase, Progress } from '../../src/lab/protocol.ts';
import { serve } from '../../src/lab/serve.ts';
import type { Service } from '../../src/lab/service.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const flush = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const step = (index: number, phase: Phase): Progress => ({ kind: 'step', index, phase, done: 0, total: 1 });

/** A call that is under way: what it tells, and how it ends; `heard` is what the other side knows of it, in words. */
async function underway(method: Method = 'bench') {
  let tell: (progress: Progress) => void = () => undefined;
  let end: (reply: unknown) => void = () => undefined;
  const service = {
    call: (_method: unknown, _params: unknown, options: CallOptions) => {
      tell = options.onProgress ?? tell;
      return new Promise((resolve) => {
        end = resolve;
      });
    },
  } as unknown as Pick<Service, 'call'>;
  const heard: string[] = [];
  const receive = serve(service, (message: Message) => {
    if (!('progress' in message)) heard.push('reply' in message ? 'reply' : 'other');
    else if (message.progress.kind === 'step') heard.push(`${message.progress.phase} ${message.progress.index}`);
    else heard.push(`${message.progress.kind} ${message.progress.index}`);
  });
  receive({ id: 1, method, params: {} });
  await flush();
  return { heard, tell: (progress: Progress) => tell(progress), end: (reply: unknown) => end(reply) };
}

test('the first step of each request is told at once, whoever is next may take the host down', async () => {
  const { heard, tell } = await underway();
  for (const index of [0, 1]) for (const phase of ['inputs', 'compile', 'run'] as const) tell(step(index, phase));
  expect(heard).toEqual(['inputs 0', 'inputs 1']);
});

test('of the steps that follow, the latest is told when they have been held back long enough', async () => {
  const { heard, tell } = await underway();
  for (const phase of ['inputs', 'compile', 'run'] as const) tell(step(0, phase));
  await vi.advanceTimersByTimeAsync(49);
  expect(heard).toEqual(['inputs 0']);
  await vi.advanceTimersByTimeAsync(1);
  expect(heard).toEqual(['inputs 0', 'run 0']);
  tell(step(0, 'time'));
  await vi.advanceTimersByTimeAsync(50);
  expect(heard).toEqual(['inputs 0', 'run 0', 'time 0']);
});

test('the times of the steps of one problem are told as they are', async () => {
  const { heard, tell } = await underway('solve');
  for (const phase of ['inputs', 'run', 'verify'] as const) tell(step(0, phase));
  expect(heard).toEqual(['inputs 0', 'run 0', 'verify 0']);
});

test('no step is told after what came later: a result, a reply, a step of the next request', async () => {
  const { heard, tell, end } = await underway();
  const result = { kind: 'result', index: 0, result: null } as unknown as Progress;
  for (const progress of [step(0, 'inputs'), step(0, 'run'), result, step(1, 'inputs'), step(1, 'run')]) tell(progress);
  end({});
  await vi.advanceTimersByTimeAsync(200);
  expect(heard).toEqual(['inputs 0', 'result 0', 'inputs 1', 'reply']);
});
