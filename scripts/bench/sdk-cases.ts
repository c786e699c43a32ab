import type { Case } from './cases.ts';
import { namesOf, storedUnits } from './customers.ts';
import type { Load } from './load.ts';
import { loadSdk, type Sdk } from './sdk.ts';
import type { ServedEdge } from './servers.ts';

const CALLERS = 64;
const LEASES = 8;
const LEASED = 100;

/** The ways to call that the sdk has, in this process. */
export async function sdkCases(edge: ServedEdge): Promise<Case[]> {
  const { Dream } = await loadSdk();
  const { usage } = new Dream({ secretKey: edge.secretKey, baseUrl: edge.url });
  return [batched(edge, usage), leased(edge, usage)];
}

type Usage = InstanceType<Sdk['Dream']>['usage'];

function batched(edge: ServedEdge, usage: Usage): Case {
  const customers = namesOf('batch', 1);
  return {
    name: 'auto-batch',
    about: `usage.track of the sdk by ${CALLERS} callers in one process, each with one call under way`,
    pids: edge.pids,
    run: (seconds) =>
      byCallers(CALLERS, seconds, async () => {
        const { allowed } = await usage.track({ customer: customers[0] ?? '' });
        return { calls: allowed ? 1 : 0, failures: allowed ? 0 : 1 };
      }),
    storedUnits: () => storedUnits(edge, customers),
  };
}

function leased(edge: ServedEdge, usage: Usage): Case {
  const customers = namesOf('lease', LEASES);
  return {
    name: 'lease',
    about: `usage.lease of the sdk, ${LEASED} units at a time, of ${LEASES} customers in one process, which spends them itself`,
    pids: edge.pids,
    async run(seconds) {
      const held = await Promise.all(
        customers.map((customer) => usage.lease({ customer, size: LEASED })),
      );
      const result = await byCallers(LEASES, seconds, async (caller) => {
        let calls = 0;
        while (held[caller]?.take()) calls += 1;
        const answer = await held[caller]?.admit();
        return answer?.allowed ? { calls: calls + 1, failures: 0 } : { calls, failures: 1 };
      });
      await Promise.all(held.map((lease) => lease.close()));
      return result;
    },
    storedUnits: () => storedUnits(edge, customers),
  };
}

/** Has callers call, each again once it is answered, for some seconds. */
export async function byCallers(
  callers: number,
  seconds: number,
  call: (caller: number) => Promise<Pick<Load, 'calls' | 'failures'>>,
): Promise<Load> {
  const result = { calls: 0, failures: 0 };
  const startMs = performance.now();
  const run = async (_: unknown, caller: number) => {
    while (performance.now() < startMs + seconds * 1000) {
      const { calls, failures } = await call(caller);
      result.calls += calls;
      result.failures += failures;
    }
  };
  await Promise.all(Array.from({ length: callers }, run));
  return { ...result, seconds: (performance.now() - startMs) / 1000 };
}
