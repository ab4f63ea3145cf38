/** One kernel: its knobs, its verdict and times, its code. Most links lead to it, so its element is not put off. */
import type { ViewSpec } from '../types.ts';
import { type KernelSettings, kernelFromSearch, kernelSearch } from './settings.ts';
import './ts-kernel-view.ts';

export default {
  id: 'kernel',
  title: 'Kernel',
  description:
    'Run a GPU compute kernel on your own GPU: turn its knobs or edit its WGSL, and see whether the result is right, how fast it is, and why.',
  order: 1,
  isImplied: true,
  element: 'ts-kernel-view',
  drawsEarly: true,
  ofOneKernel: true,
  kept: ['machine'],
  keptWithKernel: ['workgroups'],
  read: kernelFromSearch,
  write: kernelSearch,
} satisfies ViewSpec<KernelSettings>;
