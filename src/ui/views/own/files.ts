/** Kernels of the reader's own as files. */
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

/** Has the browser save a text as NAME.wgsl. */
export function saveKernel(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.wgsl`;
  link.click();
  URL.revokeObjectURL(url);
}
