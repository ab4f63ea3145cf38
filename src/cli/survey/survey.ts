/** Runs the steps one after another within a time, and writes what there is after each. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentHead } from '../../lab/document.ts';
import { isFault } from '../../lab/outcome.ts';
import type { DeviceReport, Result } from '../../lab/result.ts';
import { jsonText, makeFolder, writeWhole } from '../document.ts';
import { EXIT } from '../session.ts';
import { hasGpuDevice } from '../setup/vulkan.ts';
import { adapterLine } from '../text.ts';
import { type Ending, GRACE_MS, runCommand } from './command.ts';
import { driverPaths, libraryFolders } from './drivers.ts';
import { machine } from './machine.ts';
import { countsOf, fastestOf, type StepReport, surveyTable } from './report.ts';
import { carriedOver, STEPS, type Step } from './steps.ts';

export interface SurveyOptions {
  /** The single-file command line. */
  readonly file: string;
  /** Where everything is written; made where it is missing. */
  readonly folder: string;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** Shorter than this a step gets nowhere. */
const LEAST_S = 5;

type Env = Readonly<Record<string, string | undefined>>;

/** Returns the exit status: that of the worst step, but time that was too short is no fault. */
export async function survey(options: SurveyOptions): Promise<number> {
  const { folder, say } = options;
  makeFolder(folder, 'The survey');
  // The clock starts here.
  const run = new Survey(options);
  write(join(folder, 'machine.json'), machine());
  const [device, ...others] = STEPS;
  const status = (await run.open(device)) ? await run.all(others) : run.withoutDevice();
  const table = run.table();
  writeFileSync(join(folder, 'summary.txt'), table);
  say(`\n${table}`);
  return status;
}

class Survey {
  private readonly started = performance.now();
  private readonly reports: StepReport[] = [];
  private readonly results = new Map<string, readonly Result[]>();
  private env: Env = baseEnvironment();
  private device: DeviceReport | null = null;
  private driver = '';

  constructor(private readonly options: SurveyOptions) {}

  /** Leaves room for what a command may take after its time is up. */
  private get secondsLeft(): number {
    return this.options.seconds - (performance.now() - this.started + GRACE_MS) / 1000;
  }

  /** Finds the environment in which there is a GPU, or else any adapter. False where there is none. */
  async open(step: Step): Promise<boolean> {
    const base = this.env;
    let tries = 0;
    for (const { title, env } of driverPaths(this.options.folder)) {
      const candidate = { ...base, ...env };
      if (tries > 0 && this.secondsLeft < LEAST_S) break;
      this.options.say(`Looking for a GPU: ${title} ...`);
      const { report, document } = await this.step(step, step.args, candidate, ++tries);
      const device = (document?.device ?? null) as DeviceReport | null;
      const isBetter = device !== null && (this.device === null || !device.adapter.software);
      if (isBetter || this.reports.length === 0) {
        [this.env, this.device, this.driver, this.reports[0]] = [candidate, device, title, report];
      }
      if (device && !device.adapter.software) break;
      // Another driver is looked for only where there is a GPU that it could be for.
      if (device && !hasGpuDevice()) break;
    }
    this.write();
    return this.device !== null;
  }

  /** The exit status where no device could be opened, which may have other reasons than that there is no adapter. */
  withoutDevice(): number {
    return this.reports[0]?.status === EXIT.noAdapter ? EXIT.noAdapter : EXIT.wrong;
  }

  async all(steps: readonly Step[]): Promise<number> {
    for (const step of steps) {
      const args = this.argumentsOf(step);
      if (typeof args === 'string') {
        this.land(leftOut(step, args));
        continue;
      }
      this.options.say(`${step.id}: ${args.join(' ')}`);
      const { report, document } = await this.step(step, args, this.env);
      this.results.set(step.id, (document?.results ?? []) as readonly Result[]);
      this.land(report);
    }
    const isBad = ({ state, counts }: StepReport): boolean =>
      state === 'failed' || Boolean(counts.wrong) || Boolean(counts.failed);
    return this.reports.some(isBad) ? EXIT.wrong : EXIT.correct;
  }

  table(): string {
    return surveyTable(adapterLine('dawn', this.device?.adapter ?? null), this.reports);
  }

  /** The command line of a step, or why it is left out. */
  private argumentsOf({ args, after, seconds }: Step): readonly string[] | string {
    if (this.secondsLeft < LEAST_S) return 'there was no time left';
    if (!after) return args;
    const limit = Math.min(seconds, this.secondsLeft);
    // What is said of every kernel of every operation has other operations' too.
    const own = (this.results.get(after.step) ?? []).filter(({ op }) => op === args[1]);
    const kernels = carriedOver(own, after, limit);
    return typeof kernels === 'string' ? kernels : [...args, ...kernels.flatMap((kernel) => ['--kernel', kernel])];
  }

  private async step(
    step: Step,
    args: readonly string[],
    env: Env,
    tries = 1,
  ): Promise<{ report: StepReport; document: Document | null }> {
    const { file, folder } = this.options;
    const name = nameOf(step, tries);
    const path = join(folder, `${name}.json`);
    rmSync(path, { force: true });
    const ending = await runCommand({
      file,
      args: [...args, '--host', 'dawn', '--json', path],
      env,
      folder,
      log: join(folder, `${name}.txt`),
      seconds: Math.min(step.seconds, Math.max(LEAST_S, this.secondsLeft)),
    });
    const document = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Document) : null;
    return { report: reportOf(step, document ? `${name}.json` : null, document, ending), document };
  }

  private land(report: StepReport): void {
    this.reports.push(report);
    this.write();
  }

  /** After every step, so that whatever ends the survey leaves what it found. */
  private write(): void {
    write(join(this.options.folder, 'summary.json'), {
      command: 'survey',
      adapter: this.device?.adapter ?? null,
      driver: this.driver,
      seconds: Math.round((performance.now() - this.started) / 1000),
      steps: this.reports,
    });
  }
}

/** Of a step's files: its number, and what was tried again keeps what it was before. */
function nameOf({ id }: Step, tries: number): string {
  const number = STEPS.findIndex((step) => step.id === id) + 1;
  return `${String(number).padStart(2, '0')}-${id}${tries > 1 ? `-try-${tries}` : ''}`;
}

interface Document {
  readonly device?: unknown;
  readonly results?: readonly Result[];
  readonly finals?: readonly Result[];
  readonly error?: string | null;
}

function reportOf({ id }: Step, file: string | null, document: Document | null, ending: Ending): StepReport {
  const results = [...(document?.results ?? []), ...(document?.finals ?? [])];
  const isDone = document !== null && !document.error;
  return {
    id,
    file,
    state: ending.timeUp ? 'cut short' : isDone ? 'done' : 'failed',
    reason: reasonOf(results, document, ending),
    seconds: ending.seconds,
    status: ending.status,
    counts: countsOf(results),
    fastest: fastestOf(document?.finals?.length ? document.finals : results),
  };
}

/** The first fault, or else what ended the step; null where nothing is amiss. */
function reasonOf(results: readonly Result[], document: Document | null, { status, timeUp }: Ending): string | null {
  const fault = results.find(isFault);
  if (fault) return `${fault.op} ${fault.kernel} ${fault.status}: ${fault.reason?.split('\n', 1)[0]}`;
  if (timeUp) return 'its time was up before it was done';
  return document ? (document.error ?? null) : `it ended with status ${status} and wrote nothing`;
}

function leftOut({ id }: Step, reason: string): StepReport {
  return {
    id,
    file: null,
    state: 'left out',
    reason: `left out: ${reason}`,
    seconds: 0,
    status: null,
    counts: {},
    fastest: null,
  };
}

/** Drivers in containers want a runtime folder, and their own libraries where the linker does not look. */
function baseEnvironment(): Env {
  const { LD_LIBRARY_PATH, XDG_RUNTIME_DIR = tmpdir() } = process.env;
  const folders = [...(LD_LIBRARY_PATH ? [LD_LIBRARY_PATH] : []), ...libraryFolders()];
  return { ...process.env, XDG_RUNTIME_DIR, ...(folders.length > 0 ? { LD_LIBRARY_PATH: folders.join(':') } : {}) };
}

function write(path: string, document: object): void {
  writeWhole(path, jsonText({ ...documentHead(), ...document }), 'The survey');
}
