/** Our kernels and their peers in Chrome. */
import { jaxJs } from './contestants/jax.ts';
import { ortWeb } from './contestants/ort-web.ts';
import { tensorFlow } from './contestants/tensorflow.ts';
import { serve } from './page.ts';

serve(({ op }, bindingBytes) => [jaxJs(), tensorFlow(), ...ortWeb(op, bindingBytes)]);
