/** One thing that `npm test` or `npm run check` does: a row of data, run by `run-steps.ts`. */
export type Step = {
  /** Unique. Words after the first narrow it down: `--only types` runs every `types …`. */
  name: string;
  /** Static steps look at the files only; they are what `npm run check` runs. */
  kind: 'static' | 'build' | 'tests';
  /** `{report}` is replaced by a file of the step's own under `.dream/reports`. */
  command: readonly string[];
  /** Where the command runs, relative to the root. */
  folder: string;
  /** The step exists only when this file does, or this script of the package in `folder`. */
  when?: { file: string } | { script: string };
  /** Names of steps that must have passed before; those that do not exist are ignored. */
  after?: readonly string[];
  /** The step wants the machine for itself. */
  alone?: boolean;
  /** The step needs a Chromium; its path is given as PLAYWRIGHT_CHROMIUM. */
  browser?: boolean;
  limitSeconds: number;
  /** Who says how many tests ran. Without one, the step counts as one test. */
  counts?: 'vitest' | 'playwright' | 'web-test-runner';
  env?: Readonly<Record<string, string>>;
};

const vitestReport = ['--reporter=default', '--reporter=json', '--outputFile.json={report}'];
const nodeProjects = ['contract', 'sandbox', 'sdk', 'dashboard', 'demo-site', 'scripts'];
const packages = ['contract', 'sandbox', 'edge', 'sdk', 'widgets', 'dashboard', 'demo-site', 'e2e'];

/** All steps, the long ones first: with free hands, a step starts in the order of this table. */
export const steps: readonly Step[] = [
  {
    name: 'stripe types',
    kind: 'build',
    command: ['node', 'referee/main.ts'],
    folder: 'sandbox',
    limitSeconds: 300,
  },
  ...['sdk', 'widgets', 'dashboard', 'edge', 'demo-site'].map((folder) => build(folder)),
  ...[1, 2, 3].map(edgeShard),
  {
    name: 'widgets',
    kind: 'tests',
    command: ['node', '--run', 'test'],
    folder: 'widgets',
    when: { script: 'test' },
    after: ['build widgets'],
    browser: true,
    limitSeconds: 600,
    counts: 'web-test-runner',
  },
  {
    name: 'unit',
    kind: 'tests',
    command: ['vitest', 'run', ...nodeProjects.map((name) => `--project=${name}`), ...vitestReport],
    folder: '.',
    after: ['build sdk', 'build widgets', 'build dashboard', 'stripe types'],
    limitSeconds: 600,
    counts: 'vitest',
  },
  {
    name: 'gen',
    kind: 'static',
    command: ['node', 'scripts/gen.ts', '--check'],
    folder: '.',
    when: { file: 'contract/scripts/gen.ts' },
    limitSeconds: 60,
  },
  types('.', 'scripts'),
  ...packages.map((folder) => types(folder, folder)),
  {
    name: 'lint',
    kind: 'static',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    folder: '.',
    after: ['build sdk'],
    limitSeconds: 180,
  },
  {
    name: 'format',
    kind: 'static',
    command: ['biome', 'format', '.'],
    folder: '.',
    limitSeconds: 60,
  },
  {
    name: 'tidy',
    kind: 'static',
    command: ['node', 'scripts/tidy.ts'],
    folder: '.',
    limitSeconds: 60,
  },
  {
    name: 'dead code',
    kind: 'static',
    command: ['knip', '--no-progress'],
    folder: '.',
    after: ['build sdk'],
    limitSeconds: 120,
  },
  {
    name: 'check-lock',
    kind: 'static',
    command: ['node', 'scripts/check-lock.ts'],
    folder: '.',
    limitSeconds: 60,
  },
  {
    name: 'publint',
    kind: 'static',
    command: ['publint', 'sdk', '--strict', '--pack=false'],
    folder: '.',
    when: { file: 'sdk/tsconfig.json' },
    after: ['build sdk'],
    limitSeconds: 60,
  },
  {
    name: 'e2e',
    kind: 'tests',
    command: ['node', '--run', 'test', '--', '--reporter=list,json'],
    folder: 'e2e',
    when: { script: 'test' },
    after: ['build sdk', 'build widgets', 'build dashboard', 'build edge', 'build demo-site'],
    alone: true,
    browser: true,
    limitSeconds: 1500,
    counts: 'playwright',
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: '{report}' },
  },
];

/** A third of the edge's tests: a workerd uses one core, and each third ends well within its limit. */
function edgeShard(shard: number): Step {
  return {
    name: `edge ${shard}`,
    kind: 'tests',
    command: ['vitest', 'run', `--shard=${shard}/3`, ...vitestReport],
    folder: 'edge',
    when: { file: 'edge/vitest.config.ts' },
    after: ['stripe types'],
    limitSeconds: 900,
    counts: 'vitest',
  };
}

function build(folder: string): Step {
  return {
    name: `build ${folder}`,
    kind: 'build',
    command: ['node', '--run', 'build'],
    folder,
    when: { script: 'build' },
    after: folder === 'sdk' ? [] : ['build sdk'],
    limitSeconds: 180,
  };
}

/** The sdk is seen by its users as built files, so whoever imports it waits for them. */
function types(folder: string, name: string): Step {
  return {
    name: `types ${name}`,
    kind: 'static',
    command: ['tsc', '--project', 'tsconfig.json'],
    folder,
    when: { file: folder === '.' ? 'tsconfig.json' : `${folder}/tsconfig.json` },
    after: ['demo-site', 'e2e'].includes(folder) ? ['build sdk'] : [],
    limitSeconds: 120,
  };
}
