/** The page in which one job runs in Chrome. */
import { sentence } from '../../src/core/errors.ts';
import { jaxJs } from './contestants/jax.ts';
import { adapterName } from './contestants/layout.ts';
import { ortWeb } from './contestants/ort-web.ts';
import { ours } from './contestants/ours.ts';
import { tensorFlow } from './contestants/tensorflow.ts';
import type { HostMessage } from './hosts.ts';
import { runJob } from './measure.ts';
import { countCalls } from './proof.ts';
import type { Contestant, Job } from './types.ts';

declare global {
  /** Given by the parent. */
  var peersSend: (message: HostMessage) => Promise<void>;
  var peersRun: (job: Job) => void;
}

function contestants({ op, kernels }: Job, bindingBytes: number): readonly Contestant[] {
  const chosen = kernels.length > 0 ? kernels : [null];
  return [
    ...chosen.map((kernel) => ours(navigator.gpu, { op, kernel })),
    jaxJs(),
    tensorFlow(),
    ...ortWeb(op, bindingBytes),
  ];
}

countCalls();
globalThis.peersRun = async (job) => {
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error('Chrome found no WebGPU adapter');
    const { maxStorageBufferBindingSize } = adapter.limits;
    const report = await runJob(
      job,
      contestants(job, maxStorageBufferBindingSize),
      adapterName(adapter.info),
      (progress) => void peersSend({ progress }),
    );
    await peersSend({ report });
  } catch (error) {
    await peersSend({ error: sentence(error) });
  }
};
