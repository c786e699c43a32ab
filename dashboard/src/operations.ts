import type {
  EnvironmentHealth,
  OperatorProject,
  OwnClerkApp,
  Project,
  RefusedRequest,
  StripeEvent,
  Turnstile,
} from '@dream/contract';
import type { Call } from './api.ts';
import type { Context } from './context.ts';
import { query } from './shop.ts';

type Signal = AbortSignal | undefined;
/** Which part of a list. */
interface Part {
  cursor: string | null;
  limit: number;
}

/** Which refused calls: by code, status (`429`, `5xx`), customer, and how many days back. */
export type RequestFilter = { code: string; status: string; customer: string; days: string };

/** What a refused call is about: its customer, as their plan is now. */
export interface RequestAnswer {
  requests: RefusedRequest[];
  customer: {
    id: string;
    plan: string;
    planSource: 'subscription' | 'set' | 'header' | 'default';
  } | null;
}

const DAY_MS = 24 * 3_600_000;

/** The management routes by which one sees what an environment did and met. */
export function operationsApi({ call, params, mode }: Pick<Context, 'call' | 'params' | 'mode'>) {
  const base = `/api/projects/${encodeURIComponent(params.project ?? '')}/${mode}`;
  return {
    requests: (filter: RequestFilter, page: Part, signal?: Signal) => {
      const { days, ...asked } = filter;
      const since = days === '' ? '' : `${Date.now() - Number(days) * DAY_MS}`;
      const { cursor, limit } = page;
      return call<{ requests: RefusedRequest[]; nextCursor: string | null; droppedCalls: number }>(
        'GET',
        `${base}/requests${query({ ...asked, since, limit: `${limit}`, cursor })}`,
        { signal },
      );
    },
    request: (requestId: string, signal?: Signal) =>
      call<RequestAnswer>('GET', `${base}/requests/${encodeURIComponent(requestId)}`, { signal }),
    stripeEvents: (page: Part, signal?: Signal) => {
      const { cursor, limit } = page;
      return call<{ events: StripeEvent[]; nextCursor: string | null }>(
        'GET',
        `${base}/stripe-events${query({ limit: `${limit}`, cursor })}`,
        { signal },
      );
    },
    retryStripeEvent: (id: string) =>
      call<{ event: StripeEvent }>('POST', `${base}/stripe-events/${encodeURIComponent(id)}/retry`),

    clerkApp: (signal?: Signal) =>
      call<{ clerkApp: OwnClerkApp | null }>('GET', `${base}/clerk-app`, { signal }),
    putClerkApp: (body: { secretKey: string; webhookSecret?: string }) =>
      call<{ clerkApp: OwnClerkApp; passwordsEnded: number }>('PUT', `${base}/clerk-app`, { body }),
    dropClerkApp: () =>
      call<{ clerkApp: null; passwordsEnded: number }>('DELETE', `${base}/clerk-app`),

    turnstile: (signal?: Signal) =>
      call<{ turnstile: Turnstile | null }>('GET', `${base}/turnstile`, { signal }),
    putTurnstile: (body: { siteKey: string; secretKey: string }) =>
      call<{ turnstile: Turnstile }>('PUT', `${base}/turnstile`, { body }),
    dropTurnstile: () => call<{ turnstile: null }>('DELETE', `${base}/turnstile`),
  };
}

/** What is seen of inboxes and outboxes. */
export interface OperatorHealth {
  noted: number;
  unclaimedEvents: number;
  halfDone: number;
  environments: EnvironmentHealth[];
}

/** The routes that only operators have. */
export const operatorApi = (call: Call) => ({
  projects: (filter: { q: string; suspended: string }, page: Part, signal?: Signal) => {
    const { cursor, limit } = page;
    return call<{ projects: OperatorProject[]; nextCursor: string | null }>(
      'GET',
      `/api/operator/projects${query({ ...filter, limit: `${limit}`, cursor })}`,
      { signal },
    );
  },
  suspend: (id: string, reason: string) =>
    call<{ project: Project }>('POST', `/api/projects/${encodeURIComponent(id)}/suspend`, {
      body: { reason },
    }),
  resume: (id: string) =>
    call<{ project: Project }>('POST', `/api/projects/${encodeURIComponent(id)}/resume`),
  health: (signal?: Signal) => call<OperatorHealth>('GET', '/api/operator/health', { signal }),
});
