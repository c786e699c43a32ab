import { DurableObject } from 'cloudflare:workers';
import { createApp } from '../src/app.ts';
import { createDeps, type Deps } from '../src/deps.ts';
import type { Bindings } from '../src/env.ts';
import { ShardObject as Shard } from '../src/shard/shard.object.ts';
import type { UsageAnswer, UsageCall } from '../src/usage/usage-call.ts';

export { GateObject, ProjectObject, RequestsObject, Work } from '../src/index.ts';

/** Asks for the route stack with an object behind it that does nothing. */
const NOTHING_HEADER = 'x-bench-nothing';

/** An object that answers at once what a shard would, and does nothing. */
export class NothingObject extends DurableObject {
  track({ feature, amountUnits }: UsageCall): UsageAnswer {
    const count = amountUnits;
    const month = { periodStart: '2030-11-01', periodEnd: '2030-11-30', resetsAtMs: 1 };
    const usage = {
      count,
      limit: 'unlimited',
      remaining: 'unlimited',
      plan: 'free',
      feature,
    } as const;
    return { kind: 'usage', replayed: false, usage: { ...usage, ...month } };
  }
}

/** The shard as it is, which can also say how many rows it has written since it was asked first. */
export class ShardObject extends Shard {
  #open: { rowsWritten: number }[] | null = null;
  #rows = 0;

  /** Makes customers with a count each, whom nobody else knows: their ids are numbered. */
  makeCustomers(prefix: string, customers: number): void {
    const { sql } = this.ctx.storage;
    const many = `WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${customers})`;
    const id = "? || printf('%020d', n)";
    sql.exec(`INSERT INTO customer (id, version) ${many} SELECT ${id}, 1 FROM one`, prefix);
    sql.exec(
      `INSERT INTO meter (customer_id, feature, used_units, period_start_ms, period_end_ms,
         window_start_ms, window_calls)
       ${many} SELECT ${id}, 'requests', 1, 0, 1e15, 0, 0 FROM one`,
      prefix,
    );
  }

  /** Ends the object: the next call opens it from the disk. */
  restart(): void {
    this.ctx.abort('Restarted by the bench');
  }

  rowsWritten(): number {
    const { sql } = this.ctx.storage;
    if (this.#open === null) {
      const open: { rowsWritten: number }[] = [];
      this.#open = open;
      const exec = sql.exec.bind(sql);
      const counting = (query: string, ...bindings: unknown[]) => {
        const cursor = exec(query, ...bindings);
        open.push(cursor);
        return cursor;
      };
      Object.defineProperty(sql, 'exec', { value: counting });
    }
    for (const cursor of this.#open.splice(0)) this.#rows += cursor.rowsWritten;
    return this.#rows;
  }
}

interface BenchBindings extends Bindings {
  NOTHING: DurableObjectNamespace<NothingObject>;
}

let made:
  | Promise<{ real: ReturnType<typeof createApp>; nothing: ReturnType<typeof createApp> }>
  | undefined;

async function make(env: BenchBindings) {
  const deps = await createDeps(env);
  const shard = (() => env.NOTHING.getByName('one')) as unknown as Deps['shard'];
  return { real: createApp(deps), nothing: createApp({ ...deps, shard }) };
}

export default {
  async fetch(request, env, ctx) {
    made ??= make(env);
    const { real, nothing } = await made;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.startsWith('/bench/')) {
      const shards = env.SHARD as unknown as DurableObjectNamespace<ShardObject>;
      const shard = shards.getByName(searchParams.get('shard') ?? '');
      if (pathname === '/bench/rows') return Response.json(await shard.rowsWritten());
      if (pathname === '/bench/fill')
        await shard.makeCustomers(
          searchParams.get('prefix') ?? '',
          Number(searchParams.get('customers')),
        );
      // Ending it is the answer: there is no other.
      else await shard.restart().catch(() => {});
      return Response.json(null);
    }
    const app = request.headers.has(NOTHING_HEADER) ? nothing : real;
    return app.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<BenchBindings>;
