/** The import floors: imports run to lower floors only, bench and test above them all. README's section on architecture names them. */
const FLOORS = [
  ['core'],
  ['ops', 'wgsl', 'gpu', 'model'],
  ['kernels', 'trace', 'probes'],
  ['lab'],
  ['tasks', 'lessons'],
  ['ui', 'cli'],
];

const folder = (names) => `^src/(${names.join('|')})/`;

/** One rule a floor: nothing below may import it. */
const upward = FLOORS.flatMap((names, floor) => {
  const above = FLOORS.slice(floor + 1).flat();
  if (above.length === 0) return [];
  return {
    name: `floor-${floor}-imports-upward`,
    comment: `src/{${names.join(',')}} is floor ${floor}: it may import its own floor and lower ones only.`,
    severity: 'error',
    from: { path: folder(names) },
    to: { path: folder(above) },
  };
});

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'src-imports-no-measurement',
      comment: 'The product stands on its own: of bench it reads data alone, of test nothing.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(bench|test)/', pathNot: '^bench/[^/]+\\.json$' },
    },
    {
      name: 'bench-imports-no-test',
      comment: 'Tests may look at measurements; a measurement must not need the tests.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle has no order to be read in.',
      severity: 'error',
      from: {},
      // A cycle of types alone is gone once compiled.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'gpu-knows-no-operation',
      comment: 'src/gpu runs any plan; it must not know what a kernel computes.',
      severity: 'error',
      from: { path: '^src/gpu/' },
      to: { path: '^src/(ops|wgsl)/' },
    },
    {
      name: 'ops-know-no-gpu',
      comment: 'An operation and its reference are mathematics: no device, no WGSL.',
      severity: 'error',
      from: { path: '^src/ops/' },
      to: { path: '^src/(gpu|wgsl)/' },
    },
    {
      name: 'plans-need-no-reference',
      comment: 'What decides whether a kernel is right is loaded when one is run, not with the page.',
      severity: 'error',
      from: { path: '^src/(kernels|ops/described)/' },
      to: {
        path: '^src/ops/',
        pathNot: '^src/ops/(described/|(index|types|quantities|reference-size|attention-shape)\\.ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'wgsl-is-text',
      comment: 'What a text declares and how its knobs are set needs neither an operation nor a device.',
      severity: 'error',
      from: { path: '^src/wgsl/' },
      to: { path: '^src/(gpu|ops)/' },
    },
    {
      name: 'forms-are-found',
      comment: 'src/cli/vectors/forms.ts finds the forms; what reads and judges vectors names no operation.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/cli/vectors/forms/' },
    },
    {
      name: 'vectors-have-no-cycles',
      comment: 'The path of a datum is read from file to table: not even types run the other way.',
      severity: 'error',
      from: { path: '^src/cli/(vectors/|verify\\.ts)' },
      to: { circular: true },
    },
    {
      name: 'models-are-pure',
      comment: 'A model counts addresses: it knows neither where they come from nor what is computed.',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { path: '^src/', pathNot: '^src/(core|model)/' },
    },
    {
      name: 'trace-knows-no-operation',
      comment: 'A trace is read by what the text and the plan say; what a kernel computes is nothing to it.',
      severity: 'error',
      from: { path: '^src/trace/' },
      to: { path: '^src/(ops|kernels)/' },
    },
    {
      name: 'probes-are-found',
      comment: 'src/probes/index.ts lists them; nothing else names one.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/probes/', pathNot: '^src/probes/((index|types)\\.ts$|parts/)' },
    },
    {
      name: 'probes-know-no-kernel',
      comment: 'A probe measures the device: it knows no operation and no kernel, only how a dispatch is described.',
      severity: 'error',
      from: { path: '^src/probes/' },
      to: { path: '^src/(ops|kernels|trace)/', pathNot: '^src/kernels/(draft|types)\\.ts$' },
    },
    {
      name: 'page-names-no-kernel',
      comment: 'The page iterates over the registry: a new kernel or operation must not touch it.',
      severity: 'error',
      from: { path: '^src/ui/' },
      to: { path: '^src/(ops|kernels)/', pathNot: '^src/(ops|kernels)/(index|types|own/index)\\.ts$' },
    },
    {
      name: 'look-knows-only-itself',
      comment: 'Colours, icons and the form of numbers: nothing of what the page shows.',
      severity: 'error',
      from: { path: '^src/ui/look/' },
      to: { path: '^src/ui/', pathNot: '^src/ui/look/' },
    },
    {
      name: 'state-knows-no-element',
      comment: 'Settings, results and runs can be tested without a page.',
      severity: 'error',
      from: { path: '^src/ui/state/' },
      to: { path: '^src/ui/', pathNot: '^src/ui/(look|state)/' },
    },
    {
      name: 'parts-know-no-view',
      comment: 'Properties in, events out: a part serves whichever view takes it.',
      severity: 'error',
      from: { path: '^src/ui/parts/' },
      to: { path: '^src/ui/', pathNot: '^src/ui/(look|state|parts)/' },
    },
    {
      name: 'views-know-no-other-view',
      comment: 'What two views need is a part, or state.',
      severity: 'error',
      from: { path: '^src/ui/views/([^/]+)/' },
      to: { path: '^src/ui/views/[^/]+/', pathNot: '^src/ui/views/$1/' },
    },
    {
      name: 'views-are-found',
      comment: 'src/ui/views/index.ts lists the folders; nothing else names one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ui/views/[^/]+/' },
      to: { path: '^src/ui/views/[^/]+/' },
    },
    {
      name: 'views-know-no-list',
      comment: 'The list imports every view, in a way that is not seen here: a view that imports it makes a cycle.',
      severity: 'error',
      from: { path: '^src/ui/views/', pathNot: '^src/ui/views/(index|links)\\.ts$' },
      to: { path: '^src/ui/(views/(index|links)|ts-app|main)\\.ts$' },
    },
    {
      name: 'page-knows-no-command-line',
      comment: 'What runs in the browser and what runs in Node are siblings.',
      severity: 'error',
      from: { path: '^src/ui/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'command-line-knows-no-page',
      comment: 'What runs in the browser and what runs in Node are siblings.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/ui/' },
    },
    {
      name: 'not-in-node-modules',
      comment: 'A package that package.json does not name is there by luck. bench/peers has a package.json of its own.',
      severity: 'error',
      from: { pathNot: '^bench/peers/' },
      to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'unresolvable',
      comment: 'An import of a file that is not there. The packages of bench/peers are installed when it runs.',
      severity: 'error',
      from: { pathNot: '^bench/peers/' },
      to: { couldNotResolve: true, pathNot: '\\?' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Types too: a type imported from a floor above is knowledge of it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
