import type {
  CheckoutPlace,
  CreditGrant,
  Credits,
  Customer,
  CustomerDetail,
  CustomerEvent,
  CustomerSession,
  CustomerStatus,
  Erased,
  Mode,
  Order,
  Payment,
  PlanChangePreview,
  Subscription,
  Usage,
  UsageHistory,
} from '@dream/contract';
import type { Call } from './api.ts';
import { query } from './shop.ts';
import type { Giving } from './credit-words.ts';

type Signal = AbortSignal | undefined;

/** Which customers are looked for; what is empty is not asked. */
export interface CustomerSearch {
  q: string;
  plan: string;
  status: CustomerStatus | '';
}

/** What can be changed of a customer. */
export interface CustomerPatch {
  plan?: string;
  firstName?: string | null;
  lastName?: string | null;
  banned?: boolean;
}

/** A tier at one of its prices. */
export interface Purchase {
  tier: string;
  priceId?: string;
}

/** A page of customers, and where the next one begins. */
export interface CustomerPage {
  customers: Customer[];
  nextCursor: string | null;
}

/** The management routes of an environment's customers. */
export function customersApi(call: Call, project: string, mode: Mode) {
  const environment = `/api/projects/${encodeURIComponent(project)}/${mode}`;
  const base = `${environment}/customers`;
  const one = (id: string, rest = '') => `${base}/${encodeURIComponent(id)}${rest}`;
  const get = <T>(path: string, signal: Signal) => call<T>('GET', path, { signal });
  const orders = (id: string) => `${environment}/orders?customer=${encodeURIComponent(id)}`;
  return {
    list: (
      search: CustomerSearch,
      { cursor, limit }: { cursor: string | null; limit: number },
      signal?: Signal,
    ) => get<CustomerPage>(base + query({ ...search, limit: `${limit}`, cursor }), signal),
    csv: (search: CustomerSearch) =>
      call<Blob>('GET', `${base}.csv${query({ ...search })}`, {
        read: (answer) => answer.blob(),
      }),
    get: (id: string, signal?: Signal) => get<CustomerDetail>(one(id), signal),
    sessions: (id: string, signal?: Signal) =>
      get<{ sessions: CustomerSession[] }>(one(id, '/sessions'), signal),
    payments: (id: string, signal?: Signal) =>
      get<{ payments: Payment[] }>(one(id, '/payments'), signal),
    orders: (id: string, signal?: Signal) => get<{ orders: Order[] }>(orders(id), signal),
    events: (id: string, signal?: Signal) =>
      get<{ events: CustomerEvent[] }>(one(id, '/events'), signal),
    history: (id: string, feature: string, signal?: Signal) =>
      get<UsageHistory>(one(id, `/usage/history${query({ feature })}`), signal),
    credits: (
      id: string,
      { limit, cursor }: { limit: number; cursor: string | null },
      signal?: Signal,
    ) => get<Credits>(one(id, `/credits${query({ limit: `${limit}`, cursor })}`), signal),

    update: (id: string, patch: CustomerPatch) =>
      call<{ customer: Customer }>('PATCH', one(id), { body: patch }),
    remove: (id: string) => call<Erased>('DELETE', one(id)),
    signOut: (id: string, session: string | null) =>
      call<{ success: true }>(
        'DELETE',
        one(id, session === null ? '/sessions' : `/sessions/${encodeURIComponent(session)}`),
      ),
    adjust: (id: string, feature: string, units: number | null) =>
      call<{ usage: Usage }>('POST', one(id, '/usage'), {
        body: units === null ? { kind: 'reset', feature } : { kind: 'change', feature, units },
      }),
    grant: (id: string, feature: string, units: number) =>
      call<{ usage: Usage }>('POST', one(id, '/usage/grants'), { body: { feature, units } }),
    giveCredits: (id: string, body: Giving, idempotencyKey: string) =>
      call<{ grant: CreditGrant; balanceUnits: number }>('POST', one(id, '/credits/grants'), {
        body,
        idempotencyKey,
      }),
    checkout: (id: string, purchase: Purchase) =>
      call<CheckoutPlace>('POST', one(id, '/checkout'), { body: purchase }),
    portal: (id: string) => call<{ url: string }>('POST', one(id, '/portal'), { body: {} }),
    previewChange: (id: string, purchase: Purchase) =>
      call<PlanChangePreview>('POST', one(id, '/subscription/preview'), { body: purchase }),
    changeSubscription: (id: string, purchase: Purchase, prorationAtMs: number | null) =>
      call<{ subscription: Subscription }>('POST', one(id, '/subscription/change'), {
        body: { ...purchase, ...(prorationAtMs !== null && { prorationAtMs }) },
      }),
    endSubscription: (id: string, verb: 'cancel' | 'resume') =>
      call<{ subscription: Subscription }>('POST', one(id, `/subscription/${verb}`)),
  };
}
