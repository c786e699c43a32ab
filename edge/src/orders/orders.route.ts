import {
  cancelManagedOrder,
  cancelOrder,
  eraseManagedOrderBuyer,
  eraseOrderBuyer,
  exportManagedOrders,
  exportOrders,
  fulfilManagedOrder,
  fulfilOrder,
  getManagedOrder,
  getOrder,
  listManagedOrders,
  listMyOrders,
  listOrders,
  previewManagedRefund,
  previewRefund,
  refundManagedOrder,
  refundOrder,
  unfulfilManagedOrder,
  unfulfilOrder,
} from '@dream/contract/orders';
import { getStore, putStore } from '@dream/contract/store';
import type { Hono } from 'hono';
import { customerOf } from '../customers/customer-of.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import type { Act } from '../projects/audit.rpc.ts';
import { managedEnvironment, placeOf } from '../projects/managed.ts';
import { closeOrder } from './close.job.ts';
import { CSV_HEAD, csvRow } from './csv.ts';
import type { OrderQuery } from './order.store.ts';
import type { AskedRefund } from './refund.ts';

/** How many orders a piece of the table is made of. */
const CSV_PAGE = 500;

/** Orders of an environment, for servers and for those who manage it, and how its store sells. */
export function orderRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, getStore, async (call) => {
    const { project } = await managedEnvironment(call);
    return { store: unwrap(await project.orders().settings()) };
  });

  serve(app, deps, putStore, async (call) => {
    const { project, act } = await managedEnvironment(call);
    return { store: unwrap(await project.orders().putSettings(call.body, act)) };
  });

  for (const row of [listOrders, listManagedOrders])
    serve(app, deps, row, async (call) => {
      const { ref } = await placeOf(call);
      const { limit, cursor } = call.query;
      const before = beforeIn(cursor);
      const query = await queryOf(deps, ref, call.query);
      if (query === null) return { orders: [], nextCursor: null };
      const page = await deps
        .project(ref)
        .orders()
        .list({ ...query, before, limit });
      return { orders: page.orders, nextCursor: page.before === null ? null : `${page.before}` };
    });

  for (const row of [exportOrders, exportManagedOrders])
    serve(app, deps, row, async (call) => {
      const { ref } = await placeOf(call);
      const headers = {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="orders.csv"',
      };
      const query = await queryOf(deps, ref, call.query);
      return new Response(table(deps, ref, query), { headers });
    });

  for (const row of [getOrder, getManagedOrder])
    serve(app, deps, row, async (call) => {
      const { ref } = await placeOf(call);
      return unwrap(await deps.project(ref).orders().get(call.param('order')));
    });

  for (const row of [refundOrder, refundManagedOrder])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      const id = call.param('order');
      const ids = { refundId: deps.newId('rfd_'), jobId: deps.newId('job_') };
      const asked = { ...askedIn(call.body), reason: call.body.reason ?? null };
      unwrap(await deps.project(ref).refunds().begin(id, asked, ids, act));
      await deliverJobs(deps, ref, [ids.jobId], { throwFirst: true });
      deps.products.drop(ref);
      return orderOf(deps, ref, id);
    });

  for (const row of [previewRefund, previewManagedRefund])
    serve(app, deps, row, async (call) => {
      const { ref } = await placeOf(call);
      const refunds = deps.project(ref).refunds();
      return unwrap(await refunds.preview(call.param('order'), askedIn(call.body)));
    });

  for (const row of [fulfilOrder, fulfilManagedOrder])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      const orders = deps.project(ref).orders();
      return { order: unwrap(await orders.fulfil(call.param('order'), call.body, act)) };
    });

  for (const row of [unfulfilOrder, unfulfilManagedOrder])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      return {
        order: unwrap(await deps.project(ref).orders().unfulfil(call.param('order'), act)),
      };
    });

  for (const row of [cancelOrder, cancelManagedOrder])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      return cancel(deps, ref, call.param('order'), act);
    });

  for (const row of [eraseOrderBuyer, eraseManagedOrderBuyer])
    serve(app, deps, row, async (call) => {
      const { ref, act } = await placeOf(call);
      const orders = deps.project(ref).orders();
      return { order: unwrap(await orders.eraseBuyer(call.param('order'), act)) };
    });

  serve(app, deps, listMyOrders, async (call) => {
    const { ref, customerId } = await customerOf(call);
    const { limit, cursor } = call.query;
    const page = await deps
      .project(ref)
      .orders()
      .mine(customerId, { before: beforeIn(cursor), limit });
    return { orders: page.orders, nextCursor: page.before === null ? null : `${page.before}` };
  });
}

/** A refund as it is asked for. */
const askedIn = (body: {
  amountMinor?: number | undefined;
  lines?: AskedRefund['lines'] | undefined;
  restock?: boolean | undefined;
}): AskedRefund => ({
  amountMinor: body.amountMinor ?? null,
  lines: body.lines ?? [],
  restock: body.restock ?? null,
});

/** Closes an order that nobody paid, or that cost nothing. What turned out to be paid is not closed. */
async function cancel(deps: Deps, ref: EnvironmentRef, id: string, act: Act) {
  const orders = () => deps.project(ref).orders();
  const closing = unwrap(await orders().askCancel(id, act));
  deps.products.drop(ref);
  if (closing !== null) {
    try {
      await closeOrder(deps, ref, closing);
    } catch (error) {
      const isUnseen = error instanceof Fail && error.code === 'stripe_not_connected';
      if (!isUnseen || !(await deps.project(ref).unseen().cancel(id, act))) throw error;
    }
    deps.products.drop(ref);
  }
  const answer = await orderOf(deps, ref, id);
  const { status } = answer.order;
  if (status !== 'canceled') throw new Fail('order_not_cancelable', { status });
  return answer;
}

async function orderOf(deps: Deps, ref: EnvironmentRef, id: string) {
  const { order } = unwrap(await deps.project(ref).orders().get(id));
  return { order };
}

type Filter = {
  status?: OrderQuery['status'] | undefined;
  customer?: string | undefined;
  q?: string | undefined;
};

/** Which orders are asked for; null when they are of a customer who is not there. */
async function queryOf(
  deps: Deps,
  ref: EnvironmentRef,
  { status = null, customer, q }: Filter,
): Promise<Omit<OrderQuery, 'before' | 'limit'> | null> {
  const buyer = customer === undefined ? null : await deps.project(ref).customers().buyer(customer);
  if (customer !== undefined && buyer === null) return null;
  return { status, customerId: buyer?.id ?? null, q: q === undefined || q === '' ? null : q };
}

const beforeIn = (cursor: string | undefined): number =>
  cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);

/** The orders as a table, read as fast as it is taken. It begins with the mark of UTF-8, for Excel. */
function table(
  deps: Deps,
  ref: EnvironmentRef,
  query: Omit<OrderQuery, 'before' | 'limit'> | null,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let before = query === null ? null : Number.MAX_SAFE_INTEGER;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(`\ufeff${CSV_HEAD}`)),
    async pull(controller) {
      if (query === null || before === null) return controller.close();
      const page = await deps
        .project(ref)
        .orders()
        .list({ ...query, before, limit: CSV_PAGE });
      before = page.before;
      if (page.orders.length > 0)
        controller.enqueue(encoder.encode(page.orders.map(csvRow).join('')));
      if (before === null) controller.close();
    },
  });
}
