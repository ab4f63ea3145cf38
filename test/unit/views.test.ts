import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { Result, Time } from '../../src/lab/result.ts';
import { probes } from '../../src/probes/index.ts';
import { defaultProblem, defaults, dtypesOf, playable, toRequest } from '../../src/ui/state/settings.ts';
import { views } from '../../src/ui/views/index.ts';
import { rungsOf } from '../../src/ui/views/ladder/rungs.ts';
import { ladderFromSearch, ladderSearch } from '../../src/ui/views/ladder/settings.ts';
import { carry, placeOf, viewOf } from '../../src/ui/views/links.ts';
import { dimensionsOf, initialValues, powersOfTwo } from '../../src/ui/views/sweep/dimensions.ts';
import { gridOf, inRunningOrder, MOST_CELLS, refusalByType } from '../../src/ui/views/sweep/grid.ts';
import { drawnMap } from '../../src/ui/views/sweep/map.ts';
import { defaultSweep, sweepFromSearch, sweepKernel, sweepSearch } from '../../src/ui/views/sweep/settings.ts';
import { correctResult } from './fake-host.ts';

const operation = (id: string) => playable.find((one) => one.id === id) ?? expect.fail(`no operation ${id}`);
const kernel = (op: string, id: string) =>
  kernels.find((one) => one.op === op && one.id === id) ?? expect.fail(`no kernel ${id}`);
const settings = (op: string, id: string) => defaults(operation(op), kernel(op, id));

describe('the list of views', () => {
  it('is what the folders hold, in the order of the menu', () => {
    const folders = readdirSync('src/ui/views', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(views.map(({ id }) => id).sort()).toEqual(folders.map(({ name }) => name).sort());
    expect(views[0].id).toBe('learn');
    expect(views.filter(({ isImplied }) => isImplied).map(({ id }) => id)).toEqual(['kernel']);
    expect(new Set(views.map(({ order }) => order)).size).toBe(views.length);
  });

  it.each(views.map((view) => [view.id, view] as const))('has %s, whose address is the state', async (id, view) => {
    const { settings, notices } = view.read('');
    expect(notices).toEqual([]);
    const search = view.write(settings);
    expect(view.read(search)).toEqual({ settings, notices: [] });
    // Kernel is meant where settings name no view.
    expect(placeOf(search)).toEqual({ view: id, search, notices: [] });
    for (const key of [...view.kept, ...view.keptWithKernel])
      expect(view.read(`?view=${id}&${key}=x`).notices.join()).not.toMatch(/was left out/);
    await view.load?.();
    expect(customElements.get(view.element)).toBeDefined();
  });
});

describe('the keys of an address', () => {
  it.each(kernels.map((one) => [`${one.op} ${one.id}`, one] as const))(
    'of %s differ in more than their case',
    (_, one) => {
      const keys = [
        ...operation(one.op).parameters.map(({ key }) => key),
        ...one.knobs.map(({ key }) => `set.${key}`),
        ...views.flatMap(({ kept, keptWithKernel }) => [...kept, ...keptWithKernel]),
      ];
      expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(new Set(keys).size);
    },
  );
});

describe('what probes link to', () => {
  it.each(probes.flatMap(({ id, seeAlso = [] }) => seeAlso.map((link) => [id, link] as const)))(
    '%s: is an address that is understood as a whole',
    (_, { search }) => {
      const place = placeOf(search);
      const { settings, notices } = viewOf(place.view).read(search);
      expect([...place.notices, ...notices]).toEqual([]);
      // What it names stands in the address that the settings come to.
      const written = new URLSearchParams(viewOf(place.view).write(settings));
      expect([...written]).toEqual(expect.arrayContaining([...new URLSearchParams(search)]));
    },
  );
});

describe('the view in the address', () => {
  it('is the one it names, Kernel where it has settings alone, and Learn where it is bare', () => {
    expect(placeOf('?view=sweep&op=neuron').view).toBe('sweep');
    expect(placeOf('?op=neuron&kernel=2_row_major').view).toBe('kernel');
    expect(placeOf('?code=saved').view).toBe('kernel');
    expect(placeOf('').view).toBe('learn');
    expect(placeOf('?power=low-power').view).toBe('learn');
    expect(placeOf('?view=learn&lesson=coalescing').view).toBe('learn');
    expect(carry(viewOf('kernel'), '?view=learn&lesson=coalescing', undefined)).toBe('?view=kernel');
    expect(placeOf('?view=carousel').view).toBe('kernel');
    expect(placeOf('?view=sweep').notices).toEqual([]);
    expect(placeOf('?view=carousel').notices).toEqual(['view=carousel is not a view here; you see Kernel instead.']);
  });

  it('keeps the problem on the way to another', () => {
    const here = '?op=neuron&kernel=2_row_major&inputs=64&seed=7&set.WORKGROUP=32';
    expect(carry(viewOf('ladder'), here, undefined)).toBe('?view=ladder&op=neuron&inputs=64&seed=7');
    expect(carry(viewOf('sweep'), here, undefined)).toBe(
      '?view=sweep&op=neuron&kernel=2_row_major&inputs=64&seed=7&set.WORKGROUP=32',
    );
  });

  it('brings a kernel back where its operation is still shown', () => {
    const left = '?op=neuron&kernel=2_row_major&inputs=64&set.WORKGROUP=32';
    expect(carry(viewOf('kernel'), '?view=ladder&op=neuron&inputs=128&budget=full', left)).toBe(
      '?op=neuron&inputs=128&kernel=2_row_major&set.WORKGROUP=32',
    );
    expect(carry(viewOf('kernel'), '?view=ladder&op=matmul&m=64', left)).toBe('?op=matmul&m=64');
  });

  it('brings axes back where they are of this kernel', () => {
    const left = '?view=sweep&op=neuron&kernel=2_row_major&x=set.WORKGROUP&x.values=8,16&y=none&budget=full&cell=8';
    const here = (id: string): string => `?op=neuron&kernel=${id}&inputs=64`;
    expect(new URLSearchParams(carry(viewOf('sweep'), here('2_row_major'), left)).get('x.values')).toBe('8,16');
    const other = new URLSearchParams(carry(viewOf('sweep'), here('4_vector_loads'), left));
    expect(other.get('x')).toBeNull();
    expect(other.get('cell')).toBeNull();
    expect(other.get('budget')).toBe('full');
  });
});

describe('the ladder', () => {
  it.each(playable.map(({ id }) => [id]))('of %s survives the way through the address', (id) => {
    const problem = { ...defaultProblem(operation(id), dtypesOf(operation(id))), seed: 9 };
    const chosen = { problem, budget: 'full', sort: 'speed' } as const;
    expect(ladderFromSearch(ladderSearch(chosen))).toEqual({ settings: chosen, notices: [] });
  });

  it('names what it cannot use', () => {
    const { notices } = ladderFromSearch('?view=ladder&op=neuron&budget=endless&set.WORKGROUP=8');
    expect(notices).toEqual([
      'budget=endless is not a way to measure here; you see quick instead.',
      'set.WORKGROUP=8 is not a setting of this view and was left out.',
    ]);
  });

  it('has a rung for each kernel, with a plan or the rule that refuses it', () => {
    const problem = { ...defaultProblem(operation('neuron'), ['f32']) };
    const rungs = rungsOf(problem, { ...defaultCapabilities, features: new Set() });
    expect(rungs.map(({ number }) => number)).toEqual(
      kernels.filter(({ op }) => op === 'neuron').map(({ id }) => Number.parseInt(id, 10)),
    );
    for (const { plan, refusal } of rungs) expect(plan === null).toBe(refusal !== null);
    expect(rungs.find(({ kernel: { features } }) => features.length > 0)?.refusal).toMatchObject({ rule: 'feature' });
  });
});

describe('a sweep', () => {
  it.each(kernels.map((one) => [`${one.op}/${one.id}`, one] as const))('of %s has axes to start with', (_, one) => {
    const sweep = defaultSweep(settings(one.op, one.id));
    expect(sweep.x.values.length).toBeGreaterThan(1);
    expect(sweepFromSearch(sweepSearch(sweep))).toEqual({ settings: sweep, notices: [] });
  });

  it('goes over what a tuner would turn first, then over sizes, and not over how the data lie', () => {
    const { x, y } = defaultSweep(settings('neuron', '2_row_major'));
    expect(x).toMatchObject({ key: 'WORKGROUP', of: 'knob' });
    expect(y).toMatchObject({ key: 'inputs', of: 'shape', values: [256, 512, 1024, 2048] });
  });

  it('takes its axes from the address, and names values that do not work', () => {
    const { settings: sweep, notices } = sweepFromSearch(
      '?view=sweep&op=neuron&kernel=2_row_major&x=neurons&x.values=64,0,16,x&y=set.offset&y.values=4,2&cell=16,4',
    );
    expect(sweep.x).toEqual({ key: 'neurons', of: 'shape', values: [16, 64] });
    expect(sweep.y).toEqual({ key: 'offset', of: 'knob', values: [2, 4] });
    expect(sweep).toMatchObject({ show: 'rate', cell: '16,4' });
    expect(notices).toEqual(['x.values=64,0,16,x has values that Neurons cannot take; they were left out.']);
  });

  it('takes a knob by its own name, and a list that was encoded twice', () => {
    const query = '?view=sweep&op=neuron&kernel=2_row_major&x=workgroup&x.values=16%252C32).&y=none';
    const { settings: sweep, notices } = sweepFromSearch(query);
    expect(notices).toEqual([]);
    expect(sweep.x).toEqual({ key: 'WORKGROUP', of: 'knob', values: [16, 32] });
  });

  it('leaves its axes out of the address where it starts with them', () => {
    expect(sweepSearch(defaultSweep(settings('neuron', '2_row_major')))).toBe(
      '?view=sweep&op=neuron&kernel=2_row_major',
    );
  });

  it.each([
    ['y=set.WORKGROUP', 'inputs'],
    ['y=set.TILE', 'inputs'],
    ['y=', 'inputs'],
  ])('has another second axis for %s', (y, key) => {
    const query = `?view=sweep&op=neuron&kernel=2_row_major&x=set.WORKGROUP&${y}`;
    expect(sweepFromSearch(query).settings.y?.key).toBe(key);
  });

  it('can have one axis', () => {
    const { settings: sweep } = sweepFromSearch('?view=sweep&op=neuron&kernel=2_row_major&y=none');
    const grid = gridOf(sweep, defaultCapabilities);
    expect(grid.rows).toEqual(['']);
    expect(grid.cells.map(({ id }) => id)).toEqual(sweep.x.values.map(String));
  });

  it('on another kernel keeps the axes that mean something there', () => {
    const before = defaultSweep(settings('neuron', '2_row_major'));
    const chosen = { ...before, x: { ...before.x, values: [32, 1024] }, cell: '32,256' };
    const after = sweepKernel(chosen, kernel('neuron', '6_workgroup_tree'));
    expect(after.x).toEqual(chosen.x);
    expect(after.y).toEqual(chosen.y);
    expect(after).toMatchObject({ cell: '', base: { kernel: '6_workgroup_tree' } });
    const single = sweepKernel(chosen, kernel('neuron', '1_one_invocation'));
    expect(single.x).toMatchObject({ key: 'inputs' });
    expect(single.y).not.toBeNull();
  });

  it('knows refused cells before it runs', () => {
    const { settings: sweep } = sweepFromSearch(
      '?view=sweep&op=neuron&kernel=4_vector_loads&dtype=f32&x=set.offset&x.values=0,4,16&y=set.WORKGROUP&y.values=64,512',
    );
    const grid = gridOf(sweep, defaultCapabilities);
    expect(grid.cells.map(({ refusal }) => refusal === null)).toEqual([true, false, true, false, false, false]);
    expect(grid.cells[1].refusal).toMatchObject({ rule: 'whole-loads', works: [{ offset: 0 }, { offset: 16 }] });
    expect(grid.cells[3].refusal).toMatchObject({ rule: 'invocations', parameters: { most: 256 } });
    expect(inRunningOrder(grid, sweep).map(({ id }) => id)).toEqual(['0,64', '16,64']);
  });

  it('knows storage types with which every cell is refused', () => {
    const { settings: sweep } = sweepFromSearch('?view=sweep&op=neuron&kernel=2_row_major&dtype=f32');
    const refusalOf = refusalByType(sweep, { ...defaultCapabilities, features: new Set() });
    expect(refusalOf('f16')).toMatchObject({ rule: 'feature' });
    expect(refusalOf('f32')).toBeNull();
    expect(refusalByType(sweep, { ...defaultCapabilities, features: new Set(['shader-f16']) })('f16')).toBeNull();
  });

  it('marks what ties with its best, and has a star only where nothing does', () => {
    const { settings: sweep } = sweepFromSearch(
      '?view=sweep&op=neuron&kernel=2_row_major&dtype=f32&x=set.WORKGROUP&x.values=16,32,64&y=none&show=time',
    );
    const grid = gridOf(sweep, defaultCapabilities);
    const marks = (times: readonly (readonly [min: number, median: number, p90: number])[]) => {
      const results = grid.cells.map(({ key, settings }, at) => {
        const [minNs, medianNs, p90Ns] = times[at];
        const right = correctResult(toRequest(settings));
        return [key, { ...right, time: { ...(right.time as Time), minNs, medianNs, p90Ns } }] as const;
      });
      const map = drawnMap(grid, sweep, (key) => new Map<string, Result>(results).get(key), new Set());
      return { cells: map?.cells.map(({ isBest, isTie }) => [isBest, isTie]), against: map?.best?.against };
    };
    expect(
      marks([
        [9, 10, 12],
        [11, 14, 15],
        [20, 20, 20],
      ]),
    ).toEqual({
      cells: [
        [true, true],
        [false, true],
        [false, false],
      ],
      against: expect.stringMatching(/; ties with 1 more$/),
    });
    expect(
      marks([
        [9, 10, 10.5],
        [11, 14, 15],
        [20, 20, 20],
      ]).cells?.[0],
    ).toEqual([true, false]);
  });

  it('runs cells on one problem after another', () => {
    const { settings: sweep } = sweepFromSearch(
      '?view=sweep&op=neuron&kernel=2_row_major&dtype=f32&x=inputs&x.values=64,128&y=set.WORKGROUP&y.values=16,32',
    );
    const cells = inRunningOrder(gridOf(sweep, defaultCapabilities), sweep);
    expect(cells.map(({ settings: { shape } }) => shape.inputs)).toEqual([64, 64, 128, 128]);
  });

  it('has no cells where they would be too many', () => {
    const { settings: sweep } = sweepFromSearch('?view=sweep&op=neuron&kernel=2_row_major');
    const values = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
    const y = { key: 'neurons', of: 'shape', values: values(20) } as const;
    const of = (count: number) =>
      gridOf({ ...sweep, x: { key: 'inputs', of: 'shape', values: values(count) }, y }, defaultCapabilities).cells;
    expect(of(20)).toHaveLength(MOST_CELLS);
    expect(of(21)).toHaveLength(0);
  });
});

describe('the values of an axis', () => {
  const base = settings('neuron', '2_row_major');
  const dimension = (id: string) => dimensionsOf(base).find((one) => one.id === id) ?? expect.fail(`no ${id}`);

  it('start around the one that is set', () => {
    const turned = { ...base, knobs: { ...base.knobs, WORKGROUP: 1024 } };
    expect(initialValues(dimension('set.WORKGROUP'), base)).toEqual([8, 16, 32, 64, 128, 256]);
    expect(initialValues(dimension('set.WORKGROUP'), turned)).toEqual([32, 64, 128, 256, 512, 1024]);
    expect(initialValues(dimension('relu'), base)).toEqual([0, 1]);
  });

  it('are powers of two within the range', () => {
    expect(powersOfTwo(dimension('inputs'), 1000, 1, 1)).toEqual([512, 1024, 2048]);
    expect(powersOfTwo(dimension('inputs'), 1, 4, 2)).toEqual([1, 2, 4]);
    expect(powersOfTwo(dimension('inputs'), 2 ** 20, 1, 2)).toEqual([2 ** 19, 2 ** 20]);
  });
});
