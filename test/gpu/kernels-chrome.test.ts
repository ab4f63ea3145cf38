import { everyKernel } from './every-kernel.ts';

everyKernel('chrome', (op) => !op.startsWith('attention'));
