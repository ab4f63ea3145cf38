/**
 * Where jobs run: a process or a browser of their own for each, since a library may crash or hang either. Then the
 * shape is run again without the culprit, which gets a sentence in the report.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { flagsFor, launchChrome } from '../../src/cli/hosts/chrome.ts';
import type { AdapterName } from '../../src/cli/hosts/options.ts';
import { servePages } from '../../src/cli/hosts/page-server.ts';
import { endWithMe, killTree } from '../../src/cli/hosts/processes.ts';
import { findChrome } from '../../src/cli/setup/chrome.ts';
import { findLavapipe, findSwiftShader, hasVulkanLoader } from '../../src/cli/setup/vulkan.ts';
import { Failure, Refusal } from '../../src/core/errors.ts';
import { failed } from './measure.ts';
import type { Entry, Job, Progress, ShapeReport } from './types.ts';

export type HostMessage =
  | { readonly progress: Progress }
  | { readonly report: ShapeReport }
  | { readonly error: string };

export interface HostSettings {
  readonly host: 'chrome' | 'dawn';
  readonly adapter: AdapterName;
  /** Folder of this package, and of what was bundled from it. */
  readonly folder: string;
  readonly bundles: string;
  /** Silence after which a host counts as hung. */
  readonly silenceMs: number;
}

/** A host at work on one job: messages come until it has ended. */
interface Run {
  /** Resolves with one sentence when it has ended. */
  readonly ended: Promise<string>;
  kill(): void;
}

const MOST_TRIES = 6;

/** Runs a job to its end, without those that crash or hang their host. Throws where no host can be had. */
export async function runOn(
  settings: HostSettings,
  job: Job,
  tell: (progress: Progress) => void,
): Promise<ShapeReport> {
  const lost: Entry[] = [];
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const without = [...job.without, ...lost.map(({ id }) => id)];
    const outcome = await once1(settings, { ...job, without }, tell);
    if ('report' in outcome) return { ...outcome.report, entries: [...outcome.report.entries, ...lost] };
    if ('error' in outcome) throw new Failure('internal', outcome.error);
    const { progress, how } = outcome;
    if (!progress) throw new Failure('no-adapter', `The host ended before any work: ${how}`);
    lost.push(failed({ id: progress.contestant, title: progress.contestant }, `Lost at "${progress.phase}": ${how}`));
  }
  throw new Failure('internal', `${lost.map(({ id }) => id).join(', ')} each ended the host`);
}

type Outcome =
  | { readonly report: ShapeReport }
  | { readonly error: string }
  | { readonly progress: Progress | null; readonly how: string };

async function once1(settings: HostSettings, job: Job, tell: (progress: Progress) => void): Promise<Outcome> {
  let last: Progress | null = null;
  let outcome: Outcome | null = null;
  let timer: NodeJS.Timeout | undefined;
  let run: Run | null = null;
  let how = '';
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      how = `it did not finish within ${settings.silenceMs / 1000} s`;
      run?.kill();
    }, settings.silenceMs);
  };
  const receive = (message: HostMessage): void => {
    watch();
    if (!('progress' in message)) {
      outcome = message;
      run?.kill();
      return;
    }
    last = message.progress;
    tell(message.progress);
  };
  watch();
  run = settings.host === 'dawn' ? startDawn(settings, job, receive) : await startChrome(settings, job, receive);
  if (how || outcome) run.kill();
  const ending = await run.ended;
  clearTimeout(timer);
  return outcome ?? { progress: last, how: how || ending };
}

function startDawn({ adapter, bundles }: HostSettings, job: Job, receive: (message: HostMessage) => void): Run {
  const child = fork(join(bundles, 'node-host.mjs'), [], {
    env: { ...process.env, ...vulkan(adapter) },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const kill = (): void => killTree(child.pid);
  const forget = endWithMe(kill);
  child.on('message', (message: HostMessage) => receive(message));
  child.send(job);
  const ended = once(child, 'exit').then(([status, signal]) => {
    forget();
    return `its process ended (${signal ?? `exit status ${status}`})`;
  });
  return { ended, kill };
}

/** What makes the Vulkan loader find one driver only: native libraries in the process then cannot find another. */
function vulkan(adapter: AdapterName): Record<string, string> {
  if (adapter === 'default') return {};
  const chrome = adapter === 'swiftshader' ? findChrome() : null;
  const icd = adapter === 'lavapipe' ? findLavapipe() : chrome && findSwiftShader(chrome);
  if (!icd)
    throw new Refusal(`Adapter ${adapter} is not installed here: npm test installs it, or take another --adapter.`);
  return { VK_DRIVER_FILES: icd, ...(hasVulkanLoader() ? {} : { LD_LIBRARY_PATH: dirname(icd) }) };
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Peers</title><script type="module" src="/page-host.js"></script>';

async function startChrome(settings: HostSettings, job: Job, receive: (message: HostMessage) => void): Promise<Run> {
  const { adapter, folder, bundles } = settings;
  const { readFileSync } = await import('node:fs');
  const server = await servePages(join(folder, 'node_modules'), {
    pages: { '/index.html': PAGE, '/page-host.js': readFileSync(join(bundles, 'page-host.js'), 'utf8') },
  });
  for (const flags of flagsFor(adapter)) {
    const browser = await launchChrome(flags);
    const kill = (): void => killTree(browser.process()?.pid);
    const [page = await browser.newPage()] = await browser.pages();
    const ended = new Promise<string>((resolve) => {
      page.once('error', () => resolve('its page crashed'));
      browser.once('disconnected', () => resolve('Chrome ended'));
    }).then(async (how) => {
      kill();
      await server.close();
      return how;
    });
    await page.exposeFunction('peersSend', (message: HostMessage) => receive(message));
    await page.goto(server.url);
    const hasAdapter = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
    if (!hasAdapter) {
      kill();
      continue;
    }
    await page.waitForFunction(() => typeof globalThis.peersRun === 'function');
    // Not awaited: a page that hangs never answers, and its watchdog ends it.
    page.evaluate((value) => globalThis.peersRun(value), job).catch(() => undefined);
    return { ended, kill };
  }
  await server.close();
  throw new Failure('no-adapter', 'Chrome found no WebGPU adapter with any of its settings');
}
