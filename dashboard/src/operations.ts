import type { RefusedRequest } from '@dream/contract';
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
  };
}
