/** The probes, found by their files: each is one here and its WGSL in shaders/probes/. */
import { Failure } from '../core/errors.ts';
import type { Probe } from './types.ts';

const found = import.meta.glob<Probe>(['./*.ts', '!./index.ts', '!./types.ts'], {
  eager: true,
  import: 'default',
});

/** In the order to read them. */
export const probes: readonly Probe[] = Object.entries(found)
  .map(([path, probe]) => {
    const id = /([^/]+)\.ts$/.exec(path)?.[1] ?? '';
    if (probe.id !== id) throw new Failure('internal', `${path} describes ${probe.id}`);
    return probe;
  })
  .sort((a, b) => a.order - b.order);

export function findProbe(id: string): Probe | undefined {
  return probes.find((probe) => probe.id === id);
}
