/**
 * The texts of kernels where they are not the saved ones: what the reader has typed, or what a link has brought. Whatever
 * takes the place of an edit sets it aside, so that it can be brought back.
 */
import { shader } from '../../../kernels/index.ts';
import { Edits } from '../../state/edits.ts';

const NOT_KEPT = 'This browser keeps no storage for this page: your edit is lost when you reload.';
const LINKED = 'This link brought edited code along. It is shown and has not been run: read it before you press Run.';
const LINK_SET_ASIDE = 'Your own edit was kept: “Restore edit” above the code brings it back.';
const SET_ASIDE =
  'You see the kernel as it is saved. Your edit was kept: “Restore edit” above the code brings it back.';

/** A kernel is named by the path of its WGSL. */
export class EditedTexts {
  private readonly edits = new Edits(() => globalThis.sessionStorage);

  /** `say` takes each sentence that the reader should see. */
  constructor(private readonly say: (notice: string) => void) {}

  /** Undefined where the text is the saved one. */
  of(path: string): string | undefined {
    return this.edits.get(path);
  }

  /** What can be brought back. */
  replaced(path: string): string | undefined {
    return this.edits.replaced(path);
  }

  /** `whole` is set where the reader did not type the change. */
  change(path: string, source: string, whole: boolean): void {
    const text = source === shader(path) ? undefined : source;
    const kept = whole ? this.edits.replace(path, text) : this.edits.set(path, text);
    if (!kept) this.say(NOT_KEPT);
  }

  /** The text of an earlier run. */
  recall(path: string, text: string | undefined): void {
    this.edits.replace(path, text);
  }

  /** Whoever follows a measured cell or rung wants its result, and that is one of the saved text. */
  reset(path: string): void {
    if (this.of(path) !== undefined) this.say(SET_ASIDE);
    this.edits.replace(path, undefined);
  }

  /** Shown, and never run by itself: whoever follows a link has not read its code yet. What a file holds needs no notice. */
  link(path: string, code: string, isFile: boolean): void {
    const text = code === shader(path) ? undefined : code;
    const before = this.of(path);
    if (text !== undefined && !isFile) this.say(LINKED);
    if (before !== undefined && before !== text) this.say(LINK_SET_ASIDE);
    this.edits.replace(path, text);
  }
}
