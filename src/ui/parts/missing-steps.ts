/** What to do about a GPU that is missing, the likeliest first. Between backquotes: what is to be typed elsewhere. */
import type { Lack } from '../state/missing.ts';

const BROWSERS = [
  'Chrome or Edge 113 or newer on Windows, macOS and ChromeOS; 121 or newer on Android 12 and up.',
  'Chrome or Edge on Linux: a recent version, started with `--enable-unsafe-webgpu --enable-features=Vulkan` where it is not on yet.',
  'Safari 26 or newer on macOS 26, iOS 26 and iPadOS 26.',
  'Firefox 141 or newer on Windows, 145 or newer on Macs with Apple silicon.',
];

const DRIVER = 'Update the graphics driver, then restart the machine.';
const ELSEWHERE = 'Or open this page in Chrome or Edge.';

/** Firefox on Android has no such setting. */
const ACCELERATION =
  'In Settings, General, Performance, switch off “Use recommended performance settings” and switch on “Use hardware acceleration when available”, which shows only then; then restart the browser.';

const FIREFOX = [
  'Look at `about:support`: its part “Graphics” names the GPU, and says of WebGPU what is wrong.',
  ACCELERATION,
  DRIVER,
  ELSEWHERE,
];

const SAFARI = [
  'Update the system, which brings Safari and the graphics driver along.',
  'See that “WebGPU” is on among the feature flags: on a Mac in Safari’s Settings, once “Show features for web developers” under Advanced is on; on an iPhone or iPad in Settings, Apps, Safari, Advanced.',
];

const STEPS: Readonly<Record<Lack, readonly string[]>> = {
  insecure: [
    'Open the https address of this page.',
    'Or serve it on your own machine with npm start, and open `http://localhost` or `http://127.0.0.1`.',
    'For a test in Chrome: name this origin at `chrome://flags/#unsafely-treat-insecure-origin-as-secure`, then restart the browser.',
  ],
  'no-gpu': BROWSERS,
  'no-gpu-in-worker': BROWSERS,
  'no-adapter': [
    'Look at `chrome://gpu`: the line “WebGPU” and the list “Problems detected” name the reason.',
    'In Settings, System, switch on “Use graphics acceleration when available”, then restart the browser.',
    DRIVER,
    'On Linux start Chrome with `--enable-unsafe-webgpu --enable-features=Vulkan`.',
    'Without a GPU start Chrome with `--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader`: results are right, times say nothing about GPUs.',
  ],
  stuck: [
    'It may still end by itself: wait, then ask for the GPU again.',
    'Or close every window of the browser and open it again; reloading the page may not be enough.',
    'Then look for the loop that does not end: a bound that is never reached, or a barrier that not every invocation meets.',
  ],
  lost: [
    'Reload the page.',
    'If it happens again with the same settings, take a smaller shape: a run of over two seconds can make a driver reset.',
    'Close other pages and programs that use the GPU.',
  ],
  broken: ['Reload the page.', 'If it stays, look at the browser’s console and report what it says.'],
};

/** For what is lacking in the browser that calls itself this. */
export function stepsFor(lack: Lack, userAgent: string): readonly string[] {
  if (lack !== 'no-adapter') return STEPS[lack];
  // There every browser is Safari underneath, and no other one helps.
  if (/iPhone|iPad|CriOS|FxiOS|EdgiOS/.test(userAgent)) return SAFARI;
  if (/Firefox\//.test(userAgent))
    return /Android/.test(userAgent) ? FIREFOX.filter((step) => step !== ACCELERATION) : FIREFOX;
  // Chrome and Edge name Safari too.
  return /^(?!.*Chrome\/).*Safari\//.test(userAgent) ? [...SAFARI, ELSEWHERE] : STEPS[lack];
}
