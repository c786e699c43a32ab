import type {
  Image,
  Order,
  OrderEvent,
  OrderStatus,
  Product,
  ProductInput,
  StoreSettings,
  Variant,
} from '@dream/contract';
import type { Context } from './context.ts';

type Signal = AbortSignal | undefined;

/** A part of a list, and where the next one begins; null when there is none. */
type Part<Name extends string, T> = Promise<Record<Name, T[]> & { nextCursor: string | null }>;

/** Which products: with `q` in name, category or variant; on sale or hidden, or archived. */
export interface ProductFilter {
  q: string;
  archived: boolean;
}

/** Which orders. */
export interface OrderFilter {
  q: string;
  status: OrderStatus | '';
  /** The id of a customer. */
  customer: string;
}

/** Pieces of an order that come back, and whether they are for sale again. */
export interface RefundLine {
  variantId: string;
  quantity: number;
  restock: boolean;
}

/** What is given back; without lines and an amount all that is left. */
export interface RefundInput {
  amountMinor?: number;
  lines?: RefundLine[];
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer';
  restock?: boolean;
}

/** The management routes of an environment's store: products, pictures, orders, settings. */
export function shopApi({ call, params, mode }: Pick<Context, 'call' | 'params' | 'mode'>) {
  const base = `/api/projects/${encodeURIComponent(params.project ?? '')}/${mode}`;
  const product = (id: string) => `${base}/products/${encodeURIComponent(id)}`;
  const order = (id: string) => `${base}/orders/${encodeURIComponent(id)}`;
  const changed = (id: string, what: string, body?: object): Promise<{ order: Order }> =>
    call('POST', `${order(id)}/${what}`, body ? { body } : {});
  return {
    products: (
      { q, archived }: ProductFilter,
      page: { cursor: string | null; limit: number },
      signal?: Signal,
    ): Part<'products', Product> =>
      call(
        'GET',
        `${base}/products${query({ q, archived: archived ? 'true' : '', limit: `${page.limit}`, cursor: page.cursor })}`,
        { signal },
      ),
    product: (id: string, signal?: Signal) =>
      call<{ product: Product }>('GET', product(id), { signal }),
    createProduct: (input: ProductInput, idempotencyKey: string) =>
      call<{ product: Product }>('POST', `${base}/products`, { body: input, idempotencyKey }),
    putProduct: (id: string, input: ProductInput) =>
      call<{ product: Product }>('PUT', product(id), { body: input }),
    archiveProduct: (id: string) => call<{ product: Product }>('DELETE', product(id)),
    /** Puts a product right behind another one; before all when there is none. */
    moveProduct: (id: string, after: string | null) =>
      call<{ product: Product }>('POST', `${product(id)}/move`, { body: { after } }),
    changeStock: (
      id: string,
      variant: string,
      change: { stockUnits: number | null } | { addUnits: number },
    ) =>
      call<{ variant: Variant }>(
        'POST',
        `${product(id)}/variants/${encodeURIComponent(variant)}/stock`,
        { body: change },
      ),
    uploadImage: (file: Blob, signal?: Signal) =>
      call<{ image: Image }>('POST', `${base}/images`, { file, signal }),

    orders: (
      filter: OrderFilter,
      page: { cursor: string | null; limit: number },
      signal?: Signal,
    ): Part<'orders', Order> =>
      call(
        'GET',
        `${base}/orders${query({ ...filter, limit: `${page.limit}`, cursor: page.cursor })}`,
        { signal },
      ),
    /** The orders as a table; `onBytes` is told how much of it is there. */
    ordersCsv: (filter: OrderFilter, onBytes: (bytes: number) => void, signal?: Signal) =>
      call<Blob>('GET', `${base}/orders.csv${query({ ...filter })}`, {
        signal,
        read: (answer) => blobOf(answer, onBytes),
      }),
    order: (id: string, signal?: Signal) =>
      call<{ order: Order; events: OrderEvent[] }>('GET', order(id), { signal }),
    refund: (id: string, input: RefundInput, idempotencyKey: string): Promise<{ order: Order }> =>
      call('POST', `${order(id)}/refund`, { body: input, idempotencyKey }),
    previewRefund: (id: string, lines: RefundLine[], signal?: Signal) =>
      call<{ amountMinor: number }>('POST', `${order(id)}/refund/preview`, {
        body: { lines },
        signal,
      }),
    eraseBuyer: (id: string) => call<{ order: Order }>('DELETE', `${order(id)}/personal-data`),
    fulfil: (id: string, input: { carrier: string | null; trackingUrl: string | null }) =>
      changed(id, 'fulfil', input),
    unfulfil: (id: string) => call<{ order: Order }>('DELETE', `${order(id)}/fulfil`),
    cancel: (id: string) => changed(id, 'cancel'),

    store: (signal?: Signal) => call<{ store: StoreSettings }>('GET', `${base}/store`, { signal }),
    putStore: (store: StoreSettings) =>
      call<{ store: StoreSettings }>('PUT', `${base}/store`, { body: store }),
  };
}

/** A query string of what is not empty. */
export function query(fields: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

async function blobOf(answer: Response, onBytes: (bytes: number) => void): Promise<Blob> {
  let bytes = 0;
  const counted = answer.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes((bytes += chunk.byteLength));
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted ?? null, { headers: answer.headers }).blob();
}
