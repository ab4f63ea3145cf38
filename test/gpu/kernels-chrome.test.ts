import { everyKernel } from './every-kernel.ts';

everyKernel('chrome');
