import type { Customer, CustomerStatus, UsageStatus } from '@dream/contract';
import {
  exportManagedCustomers,
  getManagedCustomer,
  listCustomerEvents,
  listManagedCustomers,
} from '@dream/contract/managed-customers';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { unwrap } from '../http/fail.ts';
import { type Managed, managedEnvironment } from '../projects/managed.ts';
import { readUsage } from '../usage/meter.client.ts';
import { CSV_HEAD, csvRow } from './csv.ts';
import type { CustomerPage } from './managed.rpc.ts';
import type { CustomerQuery } from './search.store.ts';

/** How many customers a piece of the table is made of. */
const CSV_PAGE = 500;
/** How many steps a search goes before it answers what it has: a few hundred thousand customers. */
const MOST_STEPS = 30;

/** Customers for those who manage them: found, read whole, and as a table. */
export function managedCustomerRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listManagedCustomers, async (call) => {
    const { project } = await managedEnvironment(call);
    const { limit, cursor } = call.query;
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const found = await search(project, queryOf(call.query), { before, limit }, call.nowMs);
    return {
      customers: found.customers,
      nextCursor: found.before === null ? null : `${found.before}`,
    };
  });

  serve(app, deps, exportManagedCustomers, async (call) => {
    const { project } = await managedEnvironment(call);
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="customers.csv"',
    };
    return new Response(table(project, queryOf(call.query), call.nowMs), { headers });
  });

  serve(app, deps, getManagedCustomer, async (call) => {
    const managed = await managedEnvironment(call);
    const { project } = managed;
    const detail = unwrap(await project.managedCustomers().detail(call.param('id'), call.nowMs));
    const [usage, providers] = await Promise.all([
      usageOf(deps, managed, detail.customer),
      project.identity().providers(detail.customer.id),
    ]);
    return { ...detail, usage, providers };
  });

  serve(app, deps, listCustomerEvents, async (call) => {
    const { project } = await managedEnvironment(call);
    return { events: unwrap(await project.managedCustomers().events(call.param('id'))) };
  });
}

/** The usage of every feature of the customer's plan that counts units. */
async function usageOf(
  deps: Deps,
  { ref, environment }: Managed,
  { id, plan }: Customer,
): Promise<UsageStatus[]> {
  const tier = environment.tiers.find(({ name }) => name === plan);
  const metered = tier?.features.filter(({ kind }) => kind !== 'boolean') ?? [];
  const usage = await Promise.all(
    metered.map(({ name }) => readUsage(deps, ref, environment, id, name)),
  );
  return usage.filter((one): one is UsageStatus => one !== null);
}

type Query = {
  q?: string | undefined;
  plan?: string | undefined;
  status?: CustomerStatus | undefined;
};

const queryOf = ({ q, plan, status }: Query): CustomerQuery => ({
  q: q === undefined || q === '' ? null : q,
  plan: plan ?? null,
  status: status ?? null,
});

/**
 * Goes on step by step until the page is full, everybody was looked at, or there were very many. Calls
 * of others go in between the steps.
 */
async function search(
  project: Managed['project'],
  query: CustomerQuery,
  { before, limit }: { before: number; limit: number },
  nowMs: number,
): Promise<CustomerPage> {
  const customers: Customer[] = [];
  let next: number | null = before;
  for (let steps = 0; steps < MOST_STEPS && next !== null && customers.length < limit; steps++) {
    const page: CustomerPage = await project
      .managedCustomers()
      .step(query, { before: next, limit: limit - customers.length }, nowMs);
    customers.push(...page.customers);
    next = page.before;
  }
  return { customers, before: next };
}

/** The customers as a table, read as fast as it is taken. It begins with the mark of UTF-8, for Excel. */
function table(
  project: Managed['project'],
  query: CustomerQuery,
  nowMs: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let before: number | null = Number.MAX_SAFE_INTEGER;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(`\ufeff${CSV_HEAD}`)),
    async pull(controller) {
      // A pull that enqueues nothing is not asked again, so it goes on to the next rows or the end.
      while (before !== null) {
        const page = await search(project, query, { before, limit: CSV_PAGE }, nowMs);
        before = page.before;
        if (page.customers.length === 0) continue;
        controller.enqueue(encoder.encode(page.customers.map(csvRow).join('')));
        break;
      }
      if (before === null) controller.close();
    },
  });
}
