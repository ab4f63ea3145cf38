import { describe, expect, it } from 'vitest';
import { lines } from '../../src/ui/parts/lines.ts';

const lanes = (step: number, start = 0, bytesPerLane = 4): ReturnType<typeof lines> =>
  lines({ title: '', bytesPerLane, addresses: Array.from({ length: 32 }, (_, lane) => start + lane * step) });

describe('lines of 128 bytes that 32 lanes touch', () => {
  it('is one where neighbours read neighbours', () => {
    expect(lanes(4)).toEqual({ touched: [0], fewest: 1, distinct: 32, bytesUsed: 128, bytesHeld: 128, share: 1 });
  });
  it('is two where the first byte is off the line', () => {
    expect(lanes(4, 4)).toEqual({
      touched: [0, 1],
      fewest: 1,
      distinct: 32,
      bytesUsed: 128,
      bytesHeld: 256,
      share: 0.5,
    });
  });
  it('is one a lane where each reads a row of its own', () => {
    expect(lanes(4096)).toMatchObject({ fewest: 1, bytesUsed: 128, bytesHeld: 4096, share: 1 / 32 });
    expect(lanes(4096).touched).toHaveLength(32);
  });
  it('counts a load that straddles two lines twice', () => {
    expect(lanes(256, 120, 16).touched).toHaveLength(64);
  });
  it('counts bytes that lanes share once', () => {
    expect(lanes(0)).toMatchObject({ touched: [0], distinct: 1, bytesUsed: 4, share: 4 / 128 });
    expect(lanes(2, 0, 4)).toMatchObject({ bytesUsed: 66 });
  });
});
