/** Our kernels alone in Chrome: nothing of the peers need be installed. */
import { serve } from './page.ts';

serve(() => []);
