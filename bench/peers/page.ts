/** The page in which one job runs in Chrome. */
import { sentence } from '../../src/core/errors.ts';
import { adapterName } from './contestants/layout.ts';
import { ours } from './contestants/ours.ts';
import type { HostMessage } from './hosts.ts';
import { runJob } from './measure.ts';
import { countCalls } from './proof.ts';
import type { Contestant, Job } from './types.ts';

declare global {
  /** Given by the parent. */
  var peersSend: (message: HostMessage) => Promise<void>;
  var peersRun: (job: Job) => void;
}

/** The contestants that are not ours. */
export type Peers = (job: Job, bindingBytes: number) => readonly Contestant[];

export function serve(peers: Peers): void {
  countCalls();
  globalThis.peersRun = async (job) => {
    try {
      const adapter = await navigator.gpu.requestAdapter();
      if (!adapter) throw new Error('Chrome found no WebGPU adapter');
      const { maxStorageBufferBindingSize } = adapter.limits;
      const report = await runJob(
        job,
        [...own(job), ...peers(job, maxStorageBufferBindingSize)],
        adapterName(adapter.info),
        (progress) => void peersSend({ progress }),
      );
      await peersSend({ report });
    } catch (error) {
      await peersSend({ error: sentence(error) });
    }
  };
}

function own({ op, kernels, race }: Job): readonly Contestant[] {
  const chosen = kernels.length > 0 ? kernels : [null];
  return chosen.map((kernel) => ours(navigator.gpu, { op, kernel, race }));
}
