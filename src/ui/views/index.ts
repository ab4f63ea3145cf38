/** The views of the page, in the order of the menu: every folder here with a `spec.ts`. Nothing else lists them. */
import { Failure } from '../../core/errors.ts';
import type { ViewSpec } from './types.ts';

const specs = import.meta.glob<ViewSpec>('./*/spec.ts', { eager: true, import: 'default' });

export const views: readonly ViewSpec[] = Object.entries(specs)
  .map(([path, spec]) => {
    if (path !== `./${spec.id}/spec.ts`) throw new Failure('internal', `views/${path} describes "${spec.id}"`);
    return spec;
  })
  .sort((a, b) => a.order - b.order);
