/** Kernels of the reader's own from files. */
import { Refusal } from '../../../core/errors.ts';
import { headerOf } from '../../../kernels/own/index.ts';
import { MOST_BYTES } from '../../state/own-kernels.ts';

/** The text of a file. Throws a `Refusal` that names the file where it is too large or has no header of a kernel. */
export async function readKernel(file: File): Promise<string> {
  if (file.size > MOST_BYTES) throw new Refusal(`${file.name} is larger than a kernel may be, 256 KiB`);
  const text = await file.text();
  try {
    headerOf(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${file.name} was not imported. ${error.message}`);
  }
  return text;
}
