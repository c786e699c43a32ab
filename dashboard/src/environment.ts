import type {
  AuditEntry,
  Connection,
  Dashboard,
  DashboardTotals,
  Mode,
  Project,
  Promotion,
  ProposedAccount,
  SecretKey,
  Settings,
  SettingsPatch,
  Standing,
  TestCall,
  Tier,
  TierInput,
  Webhook,
  WebhookDelivery,
  WebhookEventType,
} from '@dream/contract';
import type { Call } from './api.ts';
import { query } from './shop.ts';

type Signal = AbortSignal | undefined;

/** The management routes of projects. */
export const projectsApi = (call: Call) => ({
  /** The oldest first; `q` in name or id. An operator has those of everybody, a part at a time. */
  list: (q: string, { cursor, limit }: { cursor: string | null; limit: number }, signal?: Signal) =>
    call<{ projects: Project[]; nextCursor: string | null }>(
      'GET',
      `/api/projects${query({ q, limit: `${limit}`, cursor })}`,
      { signal },
    ),
  get: (id: string) =>
    call<{ project: Project; standing: Standing }>(
      'GET',
      `/api/projects/${encodeURIComponent(id)}`,
    ),
  create: (name: string, idempotencyKey: string) =>
    call<{ project: Project }>('POST', '/api/projects', { body: { name }, idempotencyKey }),
  rename: (id: string, name: string) =>
    call<{ project: Project }>('PATCH', `/api/projects/${encodeURIComponent(id)}`, {
      body: { name },
    }),
  remove: (id: string) =>
    call<{ success: true }>('DELETE', `/api/projects/${encodeURIComponent(id)}`),
  /** What promoting would change, or, by the fingerprint of that, promoting. */
  promote: (
    id: string,
    body: { dryRun: true } | { fingerprint: string },
    idempotencyKey: string,
    signal?: Signal,
  ) =>
    call<{ promotion: Promotion; applied: boolean; published: boolean }>(
      'POST',
      `/api/projects/${encodeURIComponent(id)}/promote`,
      { body, idempotencyKey, signal },
    ),
  /** `query` as `rangeQuery` writes it. */
  totals: (query: string, mode: Mode, signal?: Signal) =>
    call<DashboardTotals>('GET', `/api/dashboard/totals${query}&mode=${mode}`, { signal }),
});

/** An endpoint as a developer writes it; `events` null is all. */
export interface WebhookInput {
  url: string;
  events: WebhookEventType[] | null;
  description: string;
}

type Shown<Name extends string, T> = Promise<Record<Name, T> & { secret: string }>;

/** The management routes of one environment. */
export function environmentApi(call: Call, project: string, mode: Mode) {
  const base = `/api/projects/${encodeURIComponent(project)}/${mode}`;
  const key = (id: string) => `${base}/keys/${encodeURIComponent(id)}`;
  const tier = (name: string) => `${base}/tiers/${encodeURIComponent(name)}`;
  const hook = (id: string) => `${base}/webhooks/${encodeURIComponent(id)}`;
  const connection = (method: 'POST' | 'GET' | 'DELETE', path: string, body?: object) =>
    call<{ connection: Connection }>(method, `${base}/stripe${path}`, body ? { body } : {});
  return {
    keys: (signal?: Signal) =>
      call<{ publishableKey: string; keys: SecretKey[] }>('GET', `${base}/keys`, { signal }),
    createKey: (name: string): Shown<'key', SecretKey> =>
      call('POST', `${base}/keys`, { body: { name } }),
    rotateKey: (id: string, overlapHours: number): Shown<'key', SecretKey> =>
      call('POST', `${key(id)}/rotate`, { body: { overlapHours } }),
    revokeKey: (id: string) => call<{ key: SecretKey }>('DELETE', key(id)),

    settings: (signal?: Signal) =>
      call<{ settings: Settings }>('GET', `${base}/settings`, { signal }),
    updateSettings: (patch: SettingsPatch) =>
      call<{ settings: Settings }>('PATCH', `${base}/settings`, { body: patch }),

    origins: (signal?: Signal) => call<{ origins: string[] }>('GET', `${base}/origins`, { signal }),
    putOrigins: (origins: readonly string[]) =>
      call<{ origins: string[] }>('PUT', `${base}/origins`, { body: { origins } }),

    /** What is offered, and what only those have who had it before it was archived. */
    async tiers(signal?: Signal): Promise<{ tiers: Tier[]; archivedTiers: Tier[] }> {
      const { tiers } = await call<{ tiers: Tier[] }>('GET', `${base}/tiers`, { signal });
      const archivedTiers = tiers.filter(({ archived }) => archived);
      return { tiers: tiers.filter(({ archived }) => !archived), archivedTiers };
    },
    putTier: (name: string, input: TierInput) =>
      call<{ tier: Tier }>('PUT', tier(name), { body: input }),
    archiveTier: (name: string) => call<{ tier: Tier }>('DELETE', tier(name)),

    testCall: (feature: string, idempotencyKey: string) =>
      call<TestCall>('POST', `${base}/test-call`, { body: { feature }, idempotencyKey }),

    connection: (signal?: Signal) =>
      call<{ connection: Connection }>('GET', `${base}/stripe`, { signal }),
    startConnection: (redirectUrl: string) =>
      call<{ url: string; state: string }>('POST', `${base}/stripe/start`, {
        body: { redirectUrl },
      }),
    completeConnection: (code: string, state: string) =>
      call<{ account: ProposedAccount }>('POST', `${base}/stripe`, { body: { code, state } }),
    confirmConnection: (stripeAccountId: string) =>
      connection('POST', '/confirm', { stripeAccountId }),
    createAccount: (returnUrl: string) =>
      call<{ connection: Connection; url: string | null }>('POST', `${base}/stripe/account`, {
        body: { returnUrl },
      }),
    checkConnection: () => connection('POST', '/check'),
    disconnect: () => connection('DELETE', ''),

    /** `query` as `rangeQuery` writes it. */
    dashboard: (query: string, signal?: Signal) =>
      call<Dashboard>('GET', `${base}/dashboard${query}`, { signal }),

    audit: (cursor: string | null, signal?: Signal) =>
      call<{ entries: AuditEntry[]; nextCursor: string | null }>(
        'GET',
        `${base}/audit${query({ cursor })}`,
        { signal },
      ),

    webhooks: (signal?: Signal) =>
      call<{ webhooks: Webhook[] }>('GET', `${base}/webhooks`, { signal }),
    createWebhook: (input: WebhookInput): Shown<'webhook', Webhook> =>
      call('POST', `${base}/webhooks`, { body: input }),
    updateWebhook: (id: string, patch: Partial<WebhookInput> & { disabled?: boolean }) =>
      call<{ webhook: Webhook }>('PATCH', hook(id), { body: patch }),
    deleteWebhook: (id: string) => call<{ success: true }>('DELETE', hook(id)),
    rotateWebhook: (id: string, overlapHours: number): Shown<'webhook', Webhook> =>
      call('POST', `${hook(id)}/rotate`, { body: { overlapHours } }),
    testWebhook: (id: string) => call<{ delivery: WebhookDelivery }>('POST', `${hook(id)}/test`),
    deliveries: (
      id: string,
      status: WebhookDelivery['status'] | '',
      { cursor, limit }: { cursor: string | null; limit: number },
      signal?: Signal,
    ) =>
      call<{ deliveries: WebhookDelivery[]; nextCursor: string | null }>(
        'GET',
        `${hook(id)}/deliveries${query({ status, limit: `${limit}`, cursor })}`,
        { signal },
      ),
    retryDelivery: (id: string, delivery: string) =>
      call<{ delivery: WebhookDelivery }>(
        'POST',
        `${hook(id)}/deliveries/${encodeURIComponent(delivery)}/retry`,
      ),
  };
}

/** What a page asks of its environment. */
export type EnvironmentApi = ReturnType<typeof environmentApi>;
