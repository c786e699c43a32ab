import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Case, casesOf } from './bench/cases.ts';
import { costOf } from './bench/cost.ts';
import { admittingTable, measureAdmitting } from './bench/local.ts';
import { measureHeld, measureOpening, openingTable } from './bench/open.ts';
import { commitsDuring, cpuMsOf } from './bench/process.ts';
import { profileOf } from './bench/profile.ts';
import { chartOf, type Measured, median, pageOf, tableOf } from './bench/report.ts';
import { loadSdk } from './bench/sdk.ts';
import { sdkCases } from './bench/sdk-cases.ts';
import { type ServedEdge, serveEdge, serveHello, serveRedisCounter } from './bench/servers.ts';

/**
 * Measures what a metered call costs, beside what workerd does at best and a counter over Redis, in
 * shuffled rounds: only ratios within one run mean anything. `--write` renews docs/performance.md;
 * `--profile` says instead where the time of the cases goes that `--only` names.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const names = values.only?.split(',');

const cores = cpus().length;
const [load = 0] = loadavg();
if (load > cores / 2)
  console.log(`This machine is busy (load ${load.toFixed(1)}, ${cores} cores): ratios will jump.`);

const docs = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);

const cpuMs = ({ pids }: Case): number => pids.reduce((sum, pid) => sum + (cpuMsOf(pid) ?? 0), 0);

interface Round {
  perSecond: number;
  /** CPU of the server's processes, and of this one. */
  cpuMsPerCall: number;
  clientMsPerCall: number;
}

/** One round of a case; what it answered is added to `said`. */
async function measure(one: Case, said: Map<string, number>): Promise<Round> {
  const before = cpuMs(one);
  const ownBefore = process.cpuUsage();
  const { calls, failures, seconds: took } = await one.run(seconds);
  const { user, system } = process.cpuUsage(ownBefore);
  if (failures > 0) throw new Error(`${one.name} failed ${failures} times`);
  said.set(one.name, (said.get(one.name) ?? 0) + calls);
  return {
    perSecond: calls / took,
    cpuMsPerCall: (cpuMs(one) - before) / calls,
    clientMsPerCall: (user + system) / 1000 / calls,
  };
}

const [hello, edge, redis] = [
  await serveHello(),
  await serveEdge(values.profile),
  await serveRedisCounter(),
];

/** Says where the time of the cases goes that were named, one after the other. */
async function profileAll(inspectorUrl: string): Promise<void> {
  const all = await casesOf(hello, edge, redis);
  for (const one of all.filter(({ name }) => names?.includes(name))) {
    await one.prepare?.();
    await one.run(seconds);
    console.log(`\n${await profileOf(one, seconds, inspectorUrl)}`);
  }
}

/** Asks something of an edge that can be looked into, of its own: who is looked at is slower. */
async function ofInspected<T>(
  ask: (edge: ServedEdge, inspectorUrl: string) => Promise<T>,
): Promise<T> {
  const inspected = await serveEdge(true);
  try {
    if (inspected.inspectorUrl === null) throw new Error('There is nothing to look at');
    return await ask(inspected, inspected.inspectorUrl);
  } finally {
    await inspected.stop();
  }
}

/** Where the time of auto-batch goes. */
async function profileOfBatches(inspected: ServedEdge, inspectorUrl: string): Promise<string> {
  const one = (await sdkCases(inspected)).find(({ name }) => name === 'auto-batch');
  if (!one) throw new Error('There is nothing to look at');
  await one.run(seconds);
  return profileOf(one, 3 * seconds, inspectorUrl);
}

async function compare(): Promise<void> {
  if (!redis) console.log('redis-server is not installed: its counter is left out.');
  const all = await casesOf(hello, edge, redis);
  const cases = all.filter(({ name }) => name === 'hello' || !names || names.includes(name));
  const said = new Map<string, number>();
  const seen = new Map<string, Round[]>(cases.map(({ name }) => [name, []]));
  // In a shard that knows nobody else, whose usage by day would be counted with it.
  const cost = await costOf(edge);
  // Code is compiled and customers are made before anything is measured.
  for (const one of cases) {
    said.set(one.name, (await one.prepare?.()) ?? 0);
    await measure(one, said);
  }
  for (let n = 1; n <= rounds; n++) {
    for (const one of shuffled(cases)) seen.get(one.name)?.push(await measure(one, said));
    const rates = cases.map(
      ({ name }) => `${name} ${seen.get(name)?.at(-1)?.perSecond.toFixed(0)}`,
    );
    console.log(`round ${n}: ${rates.join(' · ')}`);
  }
  const measured: Measured[] = [];
  for (const one of cases) {
    const [pid] = one.pids;
    const before = said.get(one.name) ?? 0;
    const commits = pid === undefined ? null : await commitsDuring(pid, () => measure(one, said));
    const calls = (said.get(one.name) ?? 0) - before;
    const stored = (await one.storedUnits?.()) ?? null;
    const own = seen.get(one.name) ?? [];
    const ratios = own.map(
      ({ perSecond }, n) => perSecond / (seen.get('hello')?.[n]?.perSecond ?? 0),
    );
    measured.push({
      name: one.name,
      about: one.about,
      perSecond: median(own.map(({ perSecond }) => perSecond)),
      ratio: median(ratios),
      cpuMsPerCall: median(own.map(({ cpuMsPerCall }) => cpuMsPerCall)),
      clientMsPerCall: median(own.map(({ clientMsPerCall }) => clientMsPerCall)),
      commitsPerCall: commits === null ? null : commits / calls,
      lostUnits: stored === null ? null : (said.get(one.name) ?? 0) - stored,
    });
  }
  const more = {
    cost,
    admitting: admittingTable(await measureAdmitting(await loadSdk())),
    opening: openingTable(await measureOpening(edge), await ofInspected(measureHeld)),
  };
  console.log([`\n${tableOf(measured)}`, ...Object.values(more)].join('\n\n'));
  if (!values.write) return;
  const profile = await ofInspected(profileOfBatches);
  const run = { rounds, seconds, cores, load };
  writeFileSync(docs('images/performance.svg'), chartOf(measured));
  writeFileSync(docs('performance.md'), pageOf(measured, { ...more, profile }, run));
}

try {
  await (edge.inspectorUrl === null ? compare() : profileAll(edge.inspectorUrl));
} finally {
  await Promise.all([edge.stop(), hello.stop(), redis?.stop()]);
}
