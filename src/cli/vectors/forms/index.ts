/** All forms: a new operation's vectors are its file and its line here. */
import { attention } from './attention.ts';
import { attentionBackward } from './attention-backward.ts';
import type { Flag } from './flags.ts';
import { matmul } from './matmul.ts';
import { neuron } from './neuron.ts';
import { softmax } from './softmax.ts';
import type { Form, Operator } from './types.ts';

export const forms: readonly Form[] = [neuron, matmul, attention, attentionBackward, softmax];

/** Each once, though several forms may have it. */
export const formFlags: readonly Flag[] = [...new Set(forms.flatMap(({ flags }) => flags))];

/** ONNX operators by their names. */
export const operators: Readonly<Record<string, Operator>> = Object.assign({}, ...forms.map((form) => form.operators));
