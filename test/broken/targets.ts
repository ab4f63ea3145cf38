/** Where faults and mutants run: two compilers' worth of hosts, and between them two software adapters. */
import type { AdapterName, HostName } from '../../src/cli/hosts/index.ts';

export interface Target {
  readonly id: string;
  readonly title: string;
  readonly name: HostName;
  readonly adapter: AdapterName;
}

export const TARGETS: readonly Target[] = [
  { id: 'chrome', title: 'Chrome, SwiftShader', name: 'chrome', adapter: 'swiftshader' },
  { id: 'dawn', title: 'Dawn, lavapipe', name: 'dawn', adapter: 'lavapipe' },
  { id: 'dawn-swiftshader', title: 'Dawn, SwiftShader', name: 'dawn', adapter: 'swiftshader' },
];
