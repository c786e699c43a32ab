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
    if (pathname === '/bench/rows') {
      const shards = env.SHARD as unknown as DurableObjectNamespace<ShardObject>;
      return Response.json(await shards.getByName(searchParams.get('shard') ?? '').rowsWritten());
    }
    const app = request.headers.has(NOTHING_HEADER) ? nothing : real;
    return app.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<BenchBindings>;
