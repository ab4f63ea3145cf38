/** Our kernels and their peers on Dawn. */
import { jaxJs } from './contestants/jax.ts';
import { ortNode } from './contestants/ort-node.ts';
import { tensorFlow } from './contestants/tensorflow.ts';
import { serve } from './node.ts';

serve(({ op, robustOrt }, bindingBytes) => [
  jaxJs(),
  tensorFlow(),
  ...ortNode({ op, isRobust: robustOrt, bindingBytes }),
]);
