import type { Adapter } from '../../gpu/device.ts';

/** How many lanes a subgroup has, as the adapter reports it: "32 lanes", "4 to 8 lanes". */
export function subgroupWords({ subgroupMinSize: least, subgroupMaxSize: most }: Adapter): string {
  if (least === 0) return 'not reported';
  return least === most ? `${least} lanes` : `${least} to ${most} lanes`;
}
