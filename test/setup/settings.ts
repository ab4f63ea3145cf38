/** What the Kernel view's address says of the kernel and its problem. */
import type { Parsed } from '../../src/ui/state/settings.ts';
import { kernelFromSearch } from '../../src/ui/views/kernel/settings.ts';

export function fromSearch(address: string): Parsed {
  const {
    settings: { inside: _, ...settings },
    notices,
  } = kernelFromSearch(address);
  return { settings, notices };
}
