/** Our kernels alone on Dawn: nothing of the peers need be installed. */
import { serve } from './node.ts';

serve(() => []);
