/** Counts calls of WebGPU at its prototypes: a library that makes none did not run on it. */
interface Calls {
  shaderModules: number;
  dispatches: number;
}

const calls: Calls = { shaderModules: 0, dispatches: 0 };

/** Once in a process, after WebGPU's globals are there. */
export function countCalls(): void {
  count(GPUDevice.prototype, 'createShaderModule', 'shaderModules');
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches');
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', 'dispatches');
}

/** Calls so far. */
export function callsSoFar(): Readonly<Calls> {
  return { ...calls };
}

function count<T extends object>(prototype: T, method: keyof T & string, counter: keyof Calls): void {
  const original = prototype[method] as (...args: unknown[]) => unknown;
  Object.defineProperty(prototype, method, {
    configurable: true,
    writable: true,
    value(this: T, ...args: unknown[]) {
      calls[counter]++;
      return original.apply(this, args);
    },
  });
}
