import type { Capabilities } from '../../kernels/types.ts';
import type { DeviceReport } from '../../lab/result.ts';
import type { Missing } from './missing.ts';

/** What the page knows of the GPU. */
export type DeviceState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly report: DeviceReport; readonly capabilities: Capabilities }
  | { readonly kind: 'missing'; readonly missing: Missing };

/** The adapter in one line, from the parts of it that are reported: "nvidia ampere", "mesa llvmpipe (LLVM 15.0.6)". */
export function adapterName({ adapter }: Pick<DeviceReport, 'adapter'>): string {
  const { vendor, architecture, device, description } = adapter;
  const words = [description || device];
  for (const part of [architecture, vendor]) {
    if (part && !words.some((word) => word.toLowerCase().includes(part.toLowerCase()))) words.unshift(part);
  }
  return words.filter(Boolean).join(' ') || 'unnamed adapter';
}

/** What results on a software adapter are worth. */
export const SOFTWARE = 'Software adapter: the CPU emulates the GPU. Verdicts hold; times say nothing about GPUs.';
