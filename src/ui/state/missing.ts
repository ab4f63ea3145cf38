/** Why there is no WebGPU here, or no longer, and what the reader can do about it. */
import type { FailureCode } from '../../core/errors.ts';

export type Lack = 'insecure' | 'no-gpu' | 'no-gpu-in-worker' | 'no-adapter' | 'stuck' | 'lost' | 'broken';

export interface Missing {
  readonly lack: Lack;
  readonly title: string;
  /** What it means, in one or two sentences. */
  readonly what: string;
  /** What to do, the likeliest first. Between backquotes: what is to be typed elsewhere. */
  readonly steps: readonly string[];
}

const BROWSERS = [
  'Chrome or Edge 113 or newer on Windows, macOS and ChromeOS; 121 or newer on Android 12 and up.',
  'Chrome or Edge on Linux: a recent version, started with `--enable-unsafe-webgpu --enable-features=Vulkan` where it is not on yet.',
  'Safari 26 or newer on macOS 26, iOS 26 and iPadOS 26.',
  'Firefox 141 or newer on Windows, 145 or newer on Macs with Apple silicon.',
];

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
      steps: [
        'Open the https address of this page.',
        'Or serve it on your own machine with npm start, and open `http://localhost` or `http://127.0.0.1`.',
        'For a test in Chrome: name this origin at `chrome://flags/#unsafely-treat-insecure-origin-as-secure`, then restart the browser.',
      ],
    };
  }
  if (!navigator.gpu) {
    return {
      lack: 'no-gpu',
      title: 'This browser has no WebGPU',
      what: 'The page is secure, but navigator.gpu is not there: this browser or this version of it has no WebGPU, or has it switched off. These have it:',
      steps: BROWSERS,
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
        steps: [
          'Look at `chrome://gpu`: the line “WebGPU” and the list “Problems detected” name the reason.',
          'In Settings, System, switch on “Use graphics acceleration when available”, then restart the browser.',
          'Update the graphics driver, then restart the machine.',
          'On Linux start Chrome with `--enable-unsafe-webgpu --enable-features=Vulkan`.',
          'Without a GPU start Chrome with `--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader`: results are right, times say nothing about GPUs.',
        ],
      };
    case 'timeout':
      return stuck();
    case 'device-lost':
      return {
        lack: 'lost',
        title: 'The GPU device was lost, and asking for it again did not help',
        what: `The driver was reset, the GPU was taken away or the machine slept. The browser said: ${message}`,
        steps: [
          'Reload the page.',
          'If it happens again with the same settings, take a smaller shape: a run of over two seconds can make a driver reset.',
          'Close other pages and programs that use the GPU.',
        ],
      };
    default:
      return {
        lack: 'broken',
        title: 'The GPU could not be opened',
        what: message,
        steps: ['Reload the page.', 'If it stays, look at the browser’s console and report what it says.'],
      };
  }
}

/** A kernel never returned: from here on the browser's GPU process answers nobody. */
export function stuck(): Missing {
  return {
    lack: 'stuck',
    title: 'The browser’s GPU process is stuck',
    what: 'A kernel has not ended. The page cannot stop work that the GPU has begun, and until it ends nothing else runs there.',
    steps: [
      'It may still end by itself: wait, then ask for the GPU again.',
      'Or close every window of the browser and open it again; reloading the page may not be enough.',
      'Then look for the loop that does not end: a bound that is never reached, or a barrier that not every invocation meets.',
    ],
  };
}

/** The worker sees no WebGPU although the page does. */
export function noGpuInWorker(): Missing {
  return {
    lack: 'no-gpu-in-worker',
    title: 'This browser has WebGPU on pages, but not in workers',
    what: 'Experiments run in a worker so that the page stays live, and there navigator.gpu is not there. These browsers have it in both places:',
    steps: BROWSERS,
  };
}

/** While it is not known whether a cancelled kernel still holds the GPU. */
export function doubtWords(limitMs: number): string {
  return `waiting for the cancelled kernel to leave the GPU, ${Math.round(limitMs / 1000)} s at most`;
}
