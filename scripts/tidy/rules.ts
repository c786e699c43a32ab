import { dirname, join, normalize } from 'node:path/posix';

/** A tracked file: its path from the root, with slashes, and its text. */
export interface TrackedFile {
  path: string;
  text: string;
}

/** A rule looks at one file and says what is wrong, and what to do; `paths` are all tracked files. */
type Rule = (file: TrackedFile, paths: ReadonlySet<string>) => string[];

const SUFFIXES = new Set([
  'route',
  'object',
  'rpc',
  'store',
  'schema',
  'job',
  'client',
  'sockets',
  'test',
]);
/** Parts of the edge that exist to touch the world: no suffix is asked of their files. */
const EFFECTS = /^edge\/src\/(http|auth|providers|storage)\/|^edge\/src\/[\w-]+\.ts$/;
/** Effects a file without a suffix must not have. WebCrypto's digests are functions, not effects. */
const IMPURE =
  /\bDate\.now\(|\bMath\.random\(|\bgetRandomValues\(|\brandomUUID\(|(?<![.\w])fetch\(|from 'cloudflare:/;

const isSource = (path: string) => /\.(ts|mjs|js)$/.test(path);
const isTest = (path: string) => path.endsWith('.test.ts');

const purity: Rule = ({ path, text }) => {
  const suffix = /\.([\w-]+)\.ts$/.exec(path)?.[1];
  if (
    !/^edge\/src\/.*\.ts$/.test(path) ||
    EFFECTS.test(path) ||
    (suffix !== undefined && SUFFIXES.has(suffix))
  )
    return [];
  const found = IMPURE.exec(text)?.[0];
  return found
    ? [
        `has no suffix, so it must be pure, but uses \`${found}\`. Hand it in, or give the file a suffix.`,
      ]
    : [];
};

const depth: Rule = ({ path }) => {
  const [, below] = path.split('/src/');
  return below !== undefined && below.split('/').length > 3
    ? ['lies more than two folders below src/. Flatten it.']
    : [];
};

const names: Rule = ({ path }) => {
  if (/(^|\/)utils?(\.|\/)/.test(path)) return ['is named utils. Name the idea.'];
  return /[a-z]V\d+\.|-v\d+\./.test(path)
    ? ['has a version in its name. Replace the old file.']
    : [];
};

const imports: Rule = ({ path, text }) => {
  if (!isSource(path)) return [];
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/g),
  ].flatMap(([, type, target = '']) => importFault(path, target, type !== undefined));
};

function importFault(path: string, target: string, isType: boolean): string[] {
  const from = path.split('/')[0] ?? '';
  if (
    target.startsWith('@dream/contract') &&
    ['widgets', 'sdk', 'dashboard'].includes(from) &&
    !isType &&
    !isTest(path)
  ) {
    return [
      `imports ${target} as a value. Use \`import type\`: no schema library may reach a page.`,
    ];
  }
  const ours = /^@dream\/|^dream-api/.test(target);
  if (from === 'sandbox' && (ours || leaves(path, target, 'sandbox')))
    return [`imports ${target}. The sandbox imports nothing of ours.`];
  const reachesIn = /@dream\/(edge|widgets)/.test(target) || leaves(path, target, 'demo-site');
  if (from === 'demo-site' && reachesIn)
    return [`imports ${target}. The demo is what a customer would write.`];
  return path.startsWith('edge/src/') && !isTest(path) ? edgeImportFault(path, target) : [];
}

const leaves = (path: string, target: string, folder: string) =>
  target.startsWith('.') && !normalize(join(dirname(path), target)).startsWith(`${folder}/`);

function edgeImportFault(path: string, target: string): string[] {
  if (!target.startsWith('.')) return [];
  const [feature, other] = [path, normalize(join(dirname(path), target))].map(
    (file) => file.split('/')[2] ?? '',
  );
  if (feature === other) return [];
  const base = ['providers', 'storage'].includes(feature ?? '');
  const shared = ['http', 'auth', 'storage', 'providers', 'deps.ts', 'env.ts'];
  if (base && !shared.includes(other ?? ''))
    return [`imports ${target}. ${feature}/ knows no feature.`];
  if (target.endsWith('.route.ts') && !/^edge\/src\/app\.ts$/.test(path))
    return [`imports ${target}. A feature's routes are its own.`];
  if (target.endsWith('.store.ts'))
    return [`imports ${target}. A feature's tables are its own: call its rpc, or a pure file.`];
  return [];
}

const marks: Rule = ({ path, text }) => {
  if (/lock|CHANGELOG|^scripts\/tidy\//.test(path)) return [];
  const mark = /\b(TODO|FIXME|HACK)\b/.exec(text)?.[0];
  const machine = /(?<![\w.])\/(work|root|home\/\w+|Users\/\w+)\//.exec(text)?.[0];
  const host = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}/.exec(text)?.[0];
  return [
    ...(host
      ? [`names a registry's host (${host}). Leave that to the machine's own settings.`]
      : []),
    ...(mark ? [`says ${mark}. Do it, or say what is so in words.`] : []),
    ...(machine ? [`names a path of one machine (${machine}).`] : []),
  ];
};

const GUIDES = /^(README|ARCHITECTURE|CONTRIBUTING)\.md$|^docs\/guides\/|^[\w-]+\/README\.md$/;

const paths: Rule = ({ path, text }, tracked) => {
  if (!GUIDES.test(path)) return [];
  const folders = new Set([...tracked].flatMap((file) => parents(file)));
  const mentioned = [
    ...[...text.matchAll(/`([\w@.-]+\/[\w@./-]*)`/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, name = '']) =>
      normalize(join(dirname(path), name)),
    ),
  ];
  return mentioned
    .map((name) => name.replace(/\/$/, ''))
    .filter(
      (name) =>
        !/^(\.dream|api|v1|webhook|@)/.test(name) && !tracked.has(name) && !folders.has(name),
    )
    .filter(
      (name) =>
        !tracked.has(normalize(join(dirname(path), name))) &&
        !folders.has(normalize(join(dirname(path), name))),
    )
    .map((name) => `names ${name}, which does not exist.`);
};

const parents = (file: string): string[] =>
  file
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));

const readme: Rule = ({ path, text }) =>
  path === 'README.md' && text.split('\n').length > 151
    ? ['has more than 150 lines. Move what few need into docs/.']
    : [];

const decisions: Rule = ({ path, text }) => {
  if (!path.startsWith('docs/decisions/') || !path.endsWith('.md')) return [];
  const name = /^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/.test(path)
    ? []
    : ['is not named NNNN-name.md.'];
  const sections = ['Context', 'Decision', 'Consequences', 'Alternatives', 'When to revisit'];
  return [
    ...name,
    ...sections.filter((s) => !text.includes(`## ${s}`)).map((s) => `lacks the section "${s}".`),
  ];
};

const RULES: readonly Rule[] = [purity, depth, names, imports, marks, paths, readme, decisions];

/** Everything the rules find in the tracked files, a line each. */
export function tidyFaults(files: readonly TrackedFile[]): string[] {
  const tracked = new Set(files.map(({ path }) => path));
  return files.flatMap((file) =>
    RULES.flatMap((rule) => rule(file, tracked)).map((fault) => `${file.path}: ${fault}`),
  );
}
