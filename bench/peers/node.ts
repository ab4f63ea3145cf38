/** The process in which one job runs on Dawn: the first message is the job, the last one its report. */
import { create, globals } from 'webgpu';
import { sentence } from '../../src/core/errors.ts';
import { adapterName } from './contestants/layout.ts';
import { ours } from './contestants/ours.ts';
import type { HostMessage } from './hosts.ts';
import { runJob } from './measure.ts';
import { countCalls } from './proof.ts';
import type { Contestant, Job } from './types.ts';

const EXACT_TIME = 'disable-dawn-features=timestamp_quantization';

// Dawn crashes once an object that create() returned is collected.
const gpu = create([EXACT_TIME]);
const unchecked = create([EXACT_TIME, 'enable-dawn-features=disable_robustness']);
Object.assign(globalThis, globals, { keptAlive: [gpu, unchecked] });
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu, userAgent: 'node', hardwareConcurrency: 4 },
  configurable: true,
});
countCalls();

const send = (message: HostMessage): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });

/** The contestants that are not ours. */
export type Peers = (job: Job, bindingBytes: number) => readonly Contestant[];

function contestants(job: Job, bindingBytes: number, peers: Peers): readonly Contestant[] {
  const { op, kernels, race } = job;
  const chosen = kernels.length > 0 ? kernels : [null];
  return [
    ...chosen.map((kernel) => ours(gpu, { op, kernel, race })),
    ...chosen.map((kernel) => ours(unchecked, { op, kernel, race, variant: 'no robustness' })),
    ...peers(job, bindingBytes),
  ];
}

export function serve(peers: Peers): void {
  process.once('message', async (job: Job) => {
    try {
      const adapter = await gpu.requestAdapter();
      if (!adapter) throw new Error('Dawn found no WebGPU adapter');
      const { maxStorageBufferBindingSize } = adapter.limits;
      const report = await runJob(
        job,
        contestants(job, maxStorageBufferBindingSize, peers),
        adapterName(adapter.info),
        (progress) => void send({ progress }),
      );
      await send({ report });
    } catch (error) {
      await send({ error: sentence(error) });
    }
    // Drivers and native libraries may not come down cleanly together; everything has been said.
    process.kill(process.pid, 'SIGKILL');
  });
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
