import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';
import type { Case } from './cases.ts';
import { inspectWorker } from './inspector.ts';

/** How often it is looked at what runs: rarely, or looking is what costs. */
const EVERY_US = 1000;
const TOP = 20;

/** Where the time of a case goes, in the Worker's isolate and in this process, as text. */
export async function profileOf(one: Case, seconds: number, inspectorUrl: string): Promise<string> {
  const worker = await workerProfiler(inspectorUrl);
  const own = new Session();
  own.connect();
  await own.post('Profiler.enable');
  await own.post('Profiler.setSamplingInterval', { interval: EVERY_US });
  await own.post('Profiler.start');
  const { calls } = await one.run(seconds);
  const [mine, theirs] = [await own.post('Profiler.stop'), await worker.stop()];
  own.disconnect();
  return [
    `${one.name}: ${calls} calls`,
    `Worker and objects\n${topOf(theirs)}`,
    `this process\n${topOf(mine.profile)}`,
  ].join('\n\n');
}

/** Begins a profile of the Worker. */
async function workerProfiler(inspectorUrl: string) {
  const inspector = await inspectWorker(inspectorUrl);
  await inspector.ask('Profiler.enable');
  await inspector.ask('Profiler.setSamplingInterval', { interval: EVERY_US });
  await inspector.ask('Profiler.start');
  return {
    async stop(): Promise<Profiler.Profile> {
      const { profile } = (await inspector.ask('Profiler.stop')) as { profile: Profiler.Profile };
      inspector.close();
      return profile;
    },
  };
}

/** The functions that were seen running most, and their part of the time that was not idle. */
export function topOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): string {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` ${url.split('/').at(-1)}:${lineNumber + 1}`;
      return [id, `${functionName || '(anonymous)'}${place}`];
    }),
  );
  const spentUs = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    spentUs.set(name, (spentUs.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  // Looking is not what is looked for.
  for (const name of spentUs.keys())
    if (name === '(idle)' || name.includes('node:inspector')) spentUs.delete(name);
  const allUs = [...spentUs.values()].reduce((sum, us) => sum + us, 0);
  return [...spentUs]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, TOP)
    .map(([name, us]) => `${((100 * us) / allUs).toFixed(1).padStart(5)} %  ${name}`)
    .join('\n');
}
