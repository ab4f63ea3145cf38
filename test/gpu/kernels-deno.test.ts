import { describe } from 'vitest';
import { hasDeno } from '../setup/hosts.ts';
import { everyKernel } from './every-kernel.ts';

describe.runIf(hasDeno)('the second compiler', () => everyKernel('deno'));
