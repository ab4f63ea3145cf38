/**
 * As much of the peers' interfaces as is used here. Their packages are installed apart (package.json beside this), so
 * the project's type check must do without them.
 */
declare module '@jax-js/jax' {
  export interface Array {
    /** Another owner of the same values: every function consumes its arguments. */
    readonly ref: Array;
    reshape(shape: number[]): Array;
    blockUntilReady(): Promise<Array>;
    /** Reads the values back and gives the array up. */
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export function init(...devices: string[]): Promise<string[]>;
  export function defaultDevice(device: string): string;
  export function getWebGPUDevice(): GPUDevice;
  export function jit<F extends (...args: Array[]) => Array>(f: F): F;
  export const numpy: {
    array(values: Float32Array, options?: { shape?: number[] }): Array;
    matmul(a: Array, b: Array): Array;
  };
  export const nn: {
    dotProductAttention(q: Array, k: Array, v: Array, options?: { isCausal?: boolean; scale?: number }): Array;
  };
}

declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function backend(): unknown;
  export function env(): { set(flag: string, value: boolean | number): void };
  export function tensor(values: Float32Array, shape: number[]): Tensor;
  export function tidy(f: () => Tensor): Tensor;
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  export function mul(a: Tensor, b: Tensor | number): Tensor;
  export function add(a: Tensor, b: Tensor): Tensor;
  export function softmax(a: Tensor): Tensor;
  export const version_core: string;
}

declare module '@tensorflow/tfjs-backend-webgpu';

declare module 'onnxruntime-node' {
  export { InferenceSession, Tensor } from 'onnxruntime-common';
}
