/** The steps of workgroups whose logs are written by hand. */
import { describe, expect, test } from 'vitest';
import { analysed, four, LANES, passes, type Words } from './written-logs.ts';

describe('steps', () => {
  test('are the requests and barriers of the first traced workgroup, with lanes and addresses', async () => {
    const body = 'tile[i] = x[i]; workgroupBarrier(); y[i] = tile[3u - i];';
    const words = (from: number) =>
      four((lane) => [
        ['index', 0, lane + from],
        ['index', 1, lane],
        ['barrier', 0],
        ['index', 2, 3 - lane],
        ['index', 3, lane + from],
      ]);
    const { steps } = await analysed(body, [words(0), words(4)]);
    expect(steps).toHaveLength(1);
    const [{ sites, memories, site, ends, lane, address, ...rest }] = steps;
    expect(rest).toMatchObject({ pass: 0, entry: 'main', workgroup: 0, lanes: 4, group: 32, isWhole: true });
    const named = [...site].map((at) => {
      const { access, memory } = sites[at];
      return `${access} ${memory === null ? '' : memories[memory].name}`;
    });
    expect(named).toEqual(['read x', 'write tile', 'barrier ', 'read tile', 'write y']);
    expect([...ends]).toEqual([4, 8, 8, 12, 16]);
    expect([...lane.slice(8, 12)]).toEqual([0, 1, 2, 3]);
    expect([...address.slice(8, 12)]).toEqual([12, 8, 4, 0]);
    expect(memories.map(({ name, bytes, scalar }) => [name, bytes, scalar])).toEqual([
      ['x', 32, 4],
      ['tile', 32, 4],
      ['y', 32, 4],
    ]);
  });

  test('are missing for a pass whose workgroup accesses nothing', async () => {
    const body = 'if (i > 9u) { y[i] = 0.0; }';
    expect((await analysed(body, [four(() => [])])).steps).toEqual([]);
    expect((await analysed(body, [four((lane) => [['index', 0, lane]])])).steps).toHaveLength(1);
  });

  test('bring what was stored and what variables were set to, in the order of the text', async () => {
    const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0];
    const logged = four((lane) => [
      ['value', 0, bits(0)],
      ['touch', 0],
      ['index', 0, lane],
      ['value', 0, bits(lane + 0.5)],
      ['touch', 1],
      ['value', 0, bits(lane + 0.5)],
      ['index', 1, lane],
    ]);
    const { steps, sites } = await passes(
      'var sum = 0.0; sum += x[i]; y[i] = sum;',
      [{ workgroups: [logged] }],
      LANES,
      true,
    );
    // Variables are no memory: nothing is counted of them.
    expect(sites.map(({ buffer }) => buffer)).toEqual(['x', 'y']);
    const [{ sites: places, memories, site, values, valueEnds }] = steps;
    expect([...site].map((at) => `${places[at].access} ${memories[places[at].memory ?? 0].name}`)).toEqual([
      'assign sum',
      'read x',
      'assign sum',
      'write y',
    ]);
    expect([...valueEnds]).toEqual([1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([...values]).toEqual([0, 0, 0, 0, 0.5, 1.5, 2.5, 3.5, 0.5, 1.5, 2.5, 3.5]);
  });

  test('keep variables of one name apart by their functions, not by their loops', async () => {
    const body = `var sum = 0.0; for (var k = 0u; k < 1u; k++) { sum += 1.0; } y[i] = twice(sum);}
      fn twice(a: f32) -> f32 { var sum = 0.0; sum = 2.0 * a; return sum;`;
    const value = ['value', 0] as const;
    const logged = four((lane) => [
      ...[value, ['touch', 0] as const, ['enter', 0] as const, ['iterate', 0] as const, value, ['touch', 1] as const],
      ...[
        ['call', 0] as const,
        value,
        ['touch', 2] as const,
        value,
        ['touch', 3] as const,
        ['index', 0, lane] as const,
      ],
    ]);
    const { steps } = await passes(body, [{ workgroups: [logged] }], LANES, true);
    const [{ sites, memories, site }] = steps;
    expect([...site].map((at) => sites[at].memory)).toEqual([0, 0, 1, 1, 2]);
    expect(memories.map(({ name }) => name)).toEqual(['sum', 'sum', 'y']);
  });

  test('come to memory in one order, whether values are logged or not', async () => {
    // Two groups of 32 lanes, of which the first alone sets a variable, three times.
    const body = 'if (i < 32u) { var sum = 0.0; sum += 1.0; sum += 1.0; } y[i % 8u] = x[i % 8u];';
    const sets = [0, 1, 2].flatMap(
      (nth): Words => [
        ['value', 0],
        ['touch', nth],
      ],
    );
    const order = async (values: boolean): Promise<readonly string[]> => {
      const workgroup = Array.from(
        { length: 64 },
        (_, lane): Words => [...(values && lane < 32 ? sets : []), ['index', 0, lane % 8], ['index', 1, lane % 8]],
      );
      const { steps } = await passes(body, [{ workgroups: [workgroup] }], 64, values);
      const [{ sites, site, groups }] = steps;
      const told = [...site].map((at, step) => `${sites[at].access} ${groups[step]}`);
      return told.filter((one) => !one.startsWith('assign'));
    };
    expect(await order(false)).toEqual(['read 0', 'read 1', 'write 0', 'write 1']);
    expect(await order(true)).toEqual(['read 0', 'read 1', 'write 0', 'write 1']);
  });
});
