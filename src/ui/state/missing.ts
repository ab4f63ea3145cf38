/** Why there is no WebGPU here, or no longer. */
import type { FailureCode } from '../../core/errors.ts';

export type Lack = 'insecure' | 'no-gpu' | 'no-gpu-in-worker' | 'no-adapter' | 'stuck' | 'lost' | 'broken';

export interface Missing {
  readonly lack: Lack;
  readonly title: string;
  /** What it means, in one or two sentences. */
  readonly what: string;
}

/** The part of `window` that the diagnosis reads. */
export interface Surroundings {
  readonly isSecureContext: boolean;
  readonly navigator: { readonly gpu?: unknown };
  readonly location: { readonly origin: string };
}

/** What is known without asking for an adapter; null if nothing is wrong so far. */
export function diagnose({ isSecureContext, navigator, location }: Surroundings): Missing | null {
  if (!isSecureContext) {
    return {
      lack: 'insecure',
      title: 'This page is not secure, so the browser hides WebGPU',
      what: `Browsers offer WebGPU only on https pages and on this machine's own localhost. This page came from ${location.origin}.`,
    };
  }
  if (!navigator.gpu) {
    return {
      lack: 'no-gpu',
      title: 'This browser has no WebGPU',
      what: 'The page is secure, but navigator.gpu is not there: this browser or this version of it has no WebGPU, or has it switched off. These have it:',
    };
  }
  return null;
}

/** What a failure to open the device means. */
export function missingFrom(code: FailureCode, message: string): Missing {
  switch (code) {
    case 'no-adapter':
      return {
        lack: 'no-adapter',
        title: 'WebGPU is here, but it offers no adapter',
        what: 'The browser knows WebGPU and found no GPU that it may use: graphics acceleration is off, the GPU or its driver is on the browser’s blocklist, or the driver is too old.',
      };
    case 'timeout':
      return stuck();
    case 'device-lost':
      return {
        lack: 'lost',
        title: 'The GPU device was lost, and asking for it again did not help',
        what: `The driver was reset, the GPU was taken away or the machine slept. The browser said: ${message}`,
      };
    default:
      return {
        lack: 'broken',
        title: 'The GPU could not be opened',
        what: message,
      };
  }
}

/** A kernel never returned: from here on the browser's GPU process answers nobody. */
export function stuck(): Missing {
  return {
    lack: 'stuck',
    title: 'The browser’s GPU process is stuck',
    what: 'A kernel has not ended. The page cannot stop work that the GPU has begun, and until it ends nothing else runs there.',
  };
}

/** The worker sees no WebGPU although the page does. */
export function noGpuInWorker(): Missing {
  return {
    lack: 'no-gpu-in-worker',
    title: 'This browser has WebGPU on pages, but not in workers',
    what: 'Experiments run in a worker so that the page stays live, and there navigator.gpu is not there. These browsers have it in both places:',
  };
}

/** While it is not known whether a cancelled kernel still holds the GPU. */
export function doubtWords(limitMs: number): string {
  return `waiting for the cancelled kernel to leave the GPU, ${Math.round(limitMs / 1000)} s at most`;
}
