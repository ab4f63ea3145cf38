import { everyKernel, f16 } from './every-kernel.ts';

everyKernel('dawn');
f16();
