/**
 * Which kernel's text is shown and where it is kept: the one that the address names, that of an opened file, one that a link
 * or a dropped file has brought along, or an empty one. What the reader writes goes into this browser at once.
 */
import { Refusal } from '../../../core/errors.ts';
import { blank } from '../../../kernels/own/index.ts';
import type { Place } from '../../state/address.ts';
import type { OwnFile } from '../../state/files/own.ts';
import { type OwnKernel, OwnKernels } from '../../state/own-kernels.ts';
import { operationOf } from '../../state/settings.ts';
import { readKernel } from './files.ts';
import type { OwnSettings } from './settings.ts';
import { problemFor, started } from './texts.ts';

const NOT_KEPT = 'This browser keeps nothing: export the kernel before you leave the page.';

/** What the view does for it. */
interface Page {
  settings(): OwnSettings;
  turnTo(settings: OwnSettings, what: string): void;
  /** Another text is shown than before, with what the file that it comes from has of it. */
  turned(file: OwnFile | null): void;
}

export class ShownText {
  text = '';
  /** On a text that is not there or cannot be kept, in a sentence. */
  complaint = '';
  /** What the reader has just deleted and may have back; null where that is nothing. */
  gone: OwnKernel | null = null;
  private readonly kernels = new OwnKernels(() => localStorage);
  private opened: string | null = null;
  /** The kernel of the file that is open; null where none is. */
  private file: OwnFile | null = null;
  /** Whether the browser has kept the text when it was last asked to. */
  private isKept = true;

  constructor(private readonly page: Page) {}

  /** Those that are kept. */
  get all(): readonly OwnKernel[] {
    return this.kernels.all();
  }

  /** Where the text is, in a few words. */
  get hint(): string {
    if (this.file !== null && this.text === this.file.text) return 'as in the file';
    if (this.kernels.get(this.page.settings().name) === undefined) return 'kept once you edit it';
    return this.isKept ? 'kept in this browser' : 'not kept in this browser';
  }

  /** A file has been opened, whose kernel is to be shown. */
  showFile(file: OwnFile): void {
    this.file = file;
    this.opened = null;
  }

  /** The file is closed, or one of other kernels is opened: its kernel stays with the reader, who may go on from it. */
  leaveFile(): void {
    const { file, text } = this;
    const settings = this.page.settings();
    this.file = null;
    if (file?.text !== text) return;
    const name = this.kernels.nameFor(file.problem.op, text);
    if (pageOf(settings) === this.opened) this.keep({ ...settings, name: settings.name || name }, text, 'close');
    else this.kernels.put(name, text);
  }

  /** Shows the kernel that the address names, that of the file, or an empty one, if another is shown. */
  follow(): void {
    const { file } = this;
    const settings = this.page.settings();
    const page = pageOf(settings);
    const { name, problem } = settings;
    const kept = this.kernels.get(name);
    if (page === this.opened) {
      if (kept !== undefined && kept !== this.text) this.takeOver(kept);
      return;
    }
    this.opened = page;
    this.complaint =
      name === '' || kept !== undefined
        ? ''
        : `No kernel called ${name} is kept in this browser; you see an empty one.`;
    const isOfFile = name === '' && file?.problem.op === problem.op;
    this.text = isOfFile ? file.text : (kept ?? blank(operationOf(problem)));
    this.page.turned(isOfFile ? file : null);
  }

  /** What the reader comes with: a file to import, or a text that a link has brought. True where it was the latter. */
  arrive({ taken, code }: Place): boolean {
    if (taken) void this.take(taken);
    if (code === undefined || code === this.text) return false;
    const { name, ...rest } = this.page.settings();
    this.keep({ ...rest, name: this.kernels.nameFor(name || rest.problem.op, code) }, code, 'link');
    return true;
  }

  /** Takes what the reader has written; a text that has no name yet gets that of its operation. */
  write(text: string): void {
    const settings = this.page.settings();
    const name = settings.name || this.kernels.free(settings.problem.op);
    this.keep(name === settings.name ? settings : { ...settings, name }, text, 'name');
  }

  /** Starts an empty kernel, or a copy of the one with this id. */
  begin(from: string | null): void {
    const { problem } = this.page.settings();
    const { wish, text } = started(problem, from);
    this.keep({ problem, name: this.kernels.free(wish), knobs: {} }, text, 'start');
  }

  open(name: string): void {
    this.gone = null;
    const problem = problemFor(this.kernels.get(name) ?? '', this.page.settings().problem);
    this.page.turnTo({ problem, name, knobs: {} }, 'open');
  }

  remove(name: string): void {
    const text = this.kernels.get(name);
    this.gone = text === undefined ? null : { name, text };
    this.kernels.remove(name);
    const settings = this.page.settings();
    this.page.turnTo(name === settings.name ? { ...settings, name: '', knobs: {} } : settings, 'remove');
  }

  /** Brings back what was deleted last, and shows it. */
  restore(): void {
    const { gone } = this;
    if (!gone) return;
    const settings = this.page.settings();
    const name = this.kernels.nameFor(gone.name, gone.text);
    const problem = problemFor(gone.text, settings.problem);
    // After Back the address names it already, while an empty kernel is shown in its place.
    const isNamed = name === settings.name && problem === settings.problem;
    this.keep(isNamed ? settings : { problem, name, knobs: {} }, gone.text, 'open');
  }

  /** Imports a file, under a name that nothing has yet. */
  async take(file: File): Promise<void> {
    const { page } = this;
    let text: string;
    try {
      text = await readKernel(file);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.complaint = `${error.message}.`;
      page.turnTo(page.settings(), 'import');
      return;
    }
    const name = this.kernels.free(file.name.replace(/\.wgsl$/i, ''));
    this.keep({ problem: problemFor(text, page.settings().problem), name, knobs: {} }, text, 'import');
  }

  /** Another tab has written the kernel that is shown: what is typed here from now on adds to that. */
  private takeOver(text: string): void {
    this.text = text;
    this.page.turned(null);
  }

  /** Keeps a text under the name in these settings, and shows it with them. */
  private keep(settings: OwnSettings, text: string, what: string): void {
    this.text = text;
    this.gone = null;
    this.isKept = this.kernels.put(settings.name, text);
    this.complaint = this.isKept ? '' : NOT_KEPT;
    this.opened = pageOf(settings);
    this.page.turned(null);
    this.page.turnTo(settings, what);
  }
}

/** Equal for settings that show the same text. */
function pageOf({ name, problem }: OwnSettings): string {
  return JSON.stringify([name, name === '' ? problem.op : '']);
}
