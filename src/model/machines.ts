/**
 * Machines that accesses are counted for. A trace does not depend on them: it says what was accessed, and a machine says
 * what that asks of memory. Every number of a preset names its source; what no source says is null, and what a model does
 * without it is said beside it.
 */

export interface Cache {
  readonly bytes: number;
  /** Lines of a set; null where it is unknown: then any line may lie anywhere. */
  readonly ways: number | null;
}

export interface Machine {
  readonly id: string;
  readonly title: string;
  /** Lanes that run together and make one request. */
  readonly group: number;
  /** What a request is counted in, and what a cache keeps track of, in bytes. */
  readonly sectorBytes: number;
  readonly lineBytes: number;
  /** Banks of workgroup memory, of 4 bytes each. */
  readonly banks: number;
  /** Units with a first-level cache each, on which workgroups run. */
  readonly cores: number;
  /** The most workgroups, lanes and bytes of workgroup memory that one core holds at a time. */
  readonly workgroupsPerCore: number;
  readonly lanesPerCore: number;
  readonly workgroupMemory: number;
  readonly l1: Cache;
  readonly l2: Cache;
  /** Where the numbers come from, and what none was found for. */
  readonly sources: readonly string[];
}

const KIB = 1024;
const MIB = 1024 * KIB;

const CUDA_GUIDE = 'CUDA C++ Programming Guide, "Technical Specifications per Compute Capability"';
const SECTORS =
  'sectors of 32 bytes in lines of 128: NVIDIA, Nsight Compute documentation, "Memory Tables" of the Kernel Profiling Guide';
const BANKS = `32 banks of 4 bytes: CUDA C++ Programming Guide, "Shared Memory"`;

const generic: Machine = {
  id: 'generic',
  title: 'A plain GPU',
  group: 32,
  sectorBytes: 32,
  lineBytes: 128,
  banks: 32,
  cores: 16,
  workgroupsPerCore: 16,
  lanesPerCore: 1536,
  workgroupMemory: 64 * KIB,
  l1: { bytes: 64 * KIB, ways: null },
  l2: { bytes: 4 * MIB, ways: 16 },
  sources: ['round numbers of no real machine, for comparing kernels with one another'],
};

/**
 * What the presets of NVIDIA have in common. All of their sources are named from memory: no number was compared with its
 * document again.
 */
const NVIDIA = {
  group: 32,
  sectorBytes: 32,
  lineBytes: 128,
  banks: 32,
  sources: [
    'groups of 32 lanes, called warps: CUDA C++ Programming Guide, "SIMT Architecture"',
    SECTORS,
    BANKS,
    'unknown: associativity; taken as full',
    'unknown: what is left to the first level beside workgroup memory; taken as all of it',
  ],
} satisfies Partial<Machine>;

/** The first is the default. */
export const machines: readonly Machine[] = [
  generic,
  {
    ...NVIDIA,
    id: 'a100',
    title: 'NVIDIA A100',
    cores: 108,
    workgroupsPerCore: 32,
    lanesPerCore: 2048,
    workgroupMemory: 164 * KIB,
    l1: { bytes: 192 * KIB, ways: null },
    l2: { bytes: 40 * MIB, ways: null },
    sources: [
      'cores, 192 KB of first-level cache and workgroup memory together, 40 MB at the second level: NVIDIA A100 Tensor Core GPU Architecture (whitepaper, 2020)',
      `32 workgroups, 2,048 lanes and 164 KB of workgroup memory a core (8.0): ${CUDA_GUIDE}`,
      ...NVIDIA.sources,
    ],
  },
  {
    ...NVIDIA,
    id: 'h100',
    title: 'NVIDIA H100 SXM',
    cores: 132,
    workgroupsPerCore: 32,
    lanesPerCore: 2048,
    workgroupMemory: 228 * KIB,
    l1: { bytes: 256 * KIB, ways: null },
    l2: { bytes: 50 * MIB, ways: null },
    sources: [
      'cores, 256 KB of first-level cache and workgroup memory together, 50 MB at the second level: NVIDIA H100 Tensor Core GPU Architecture (whitepaper, 2022)',
      `32 workgroups, 2,048 lanes and 228 KB of workgroup memory a core (9.0): ${CUDA_GUIDE}`,
      ...NVIDIA.sources,
    ],
  },
  {
    ...NVIDIA,
    id: 'rtx4090',
    title: 'NVIDIA GeForce RTX 4090',
    cores: 128,
    workgroupsPerCore: 24,
    lanesPerCore: 1536,
    workgroupMemory: 100 * KIB,
    l1: { bytes: 128 * KIB, ways: null },
    l2: { bytes: 72 * MIB, ways: null },
    sources: [
      'cores, 128 KB of first-level cache and workgroup memory together, 72 MB at the second level: NVIDIA Ada GPU Architecture (whitepaper, 2022)',
      `24 workgroups, 1,536 lanes and 100 KB of workgroup memory a core (8.9): ${CUDA_GUIDE}`,
      ...NVIDIA.sources,
    ],
  },
];

export const defaultMachine: Machine = machines[0];

export function findMachine(id: string): Machine | undefined {
  return machines.find((machine) => machine.id === id);
}

/** Workgroups that one core holds at a time, at least one; registers are not counted, which no trace knows. */
export function resident(machine: Machine, lanes: number, workgroupBytes: number): number {
  const byMemory = workgroupBytes > 0 ? Math.floor(machine.workgroupMemory / workgroupBytes) : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(machine.workgroupsPerCore, Math.floor(machine.lanesPerCore / lanes), byMemory));
}
