/** Planted faults and cheats without a GPU: the edits of each still fit the kernel that they are made in. */
import { expect, test } from 'vitest';
import { cheatRequest, cheats } from '../broken/cheats.ts';
import { brokenRequest } from '../broken/fault.ts';
import { faults } from '../broken/faults.ts';

test('edits are there exactly once', () => {
  // Planting throws where a text is not.
  for (const fault of faults) expect(brokenRequest(fault).source, fault.id).toBeTruthy();
  for (const cheat of cheats) expect(cheatRequest(cheat).source, cheat.id).toBeTruthy();
});
