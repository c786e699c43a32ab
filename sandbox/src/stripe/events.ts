import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { createSender, type Sender, type WebhookEndpoint } from '../core/webhooks.ts';
import type { Accounts } from './accounts.ts';
import { type Emit, type Entity, newId, PLATFORM, type Scope } from './scope.ts';
import type { Witness } from './witness.ts';

/** The API version of the events. */
export const API_VERSION = '2026-10-28.endive';

/** A webhook endpoint. `connect`: it hears of connected accounts instead of its own. */
export interface StripeEndpoint extends WebhookEndpoint {
  /** Whose endpoint it is; the platform's unless told. */
  account?: string;
  isDisabled?: boolean;
  connect: boolean;
  livemode: boolean;
  enabledEvents: string[];
}

/**
 * Signs as Stripe does: `t` is the receiver's time, which need not be the sandbox's. In test mode a
 * second signature, of the scheme `v0`, is there to be ignored.
 */
export function signature(
  { secret, livemode }: Pick<StripeEndpoint, 'secret' | 'livemode'>,
  body: string,
  atSeconds: number,
): string {
  const mac = (key: string) =>
    createHmac('sha256', key).update(`${atSeconds}.${body}`).digest('hex');
  return `t=${atSeconds},v1=${mac(secret)}${livemode ? '' : `,v0=${mac('v0')}`}`;
}

/** Writes events, sends them to the endpoints that want them, and tells whoever else listens. */
export function createEvents(
  store: Store,
  clock: Clock,
  parts: {
    accounts: Accounts;
    tell: (scope: Scope, event: Entity) => void;
    witness?: Witness | undefined;
  },
): { sender: Sender<StripeEndpoint>; emit: Emit } {
  const { accounts, tell, witness } = parts;
  const sender = createSender<StripeEndpoint>({
    store,
    clock,
    sign: (endpoint, body) => ({
      'stripe-signature': signature(endpoint, body, Math.floor(Date.now() / 1000)),
    }),
  });
  // An account that took its permission back tells that, and nothing more.
  const isShared = (scope: Scope, type: string) =>
    type === 'account.application.deauthorized' || accounts.canUse(scope.account, scope.livemode);
  const emit: Emit = (scope, type, object, previous) => {
    const receivers = sender
      .endpoints()
      .filter((endpoint) => hears(endpoint, scope, type))
      .filter((endpoint) => !endpoint.connect || isShared(scope, type));
    const event: Entity = {
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: scope.nowSeconds(),
      data: {
        object: structuredClone(object),
        ...(previous ? { previous_attributes: previous } : {}),
      },
      livemode: scope.livemode,
      pending_webhooks: receivers.length,
      request: { id: newId('req'), idempotency_key: null },
      type,
      ...(scope.isPlatform ? {} : { account: scope.account }),
    };
    scope.put('event', event);
    const body = JSON.stringify(event);
    witness?.event(body);
    for (const endpoint of receivers) sender.enqueue(endpoint, event.id, body);
    tell(scope, event);
  };
  return { sender, emit };
}

/** Whether an endpoint is told. A live one for connected accounts hears of their test mode, too. */
function hears(endpoint: StripeEndpoint, scope: Scope, type: string): boolean {
  const wanted = endpoint.enabledEvents.includes('*') || endpoint.enabledEvents.includes(type);
  const sameMode = endpoint.livemode === scope.livemode || (endpoint.connect && endpoint.livemode);
  const isOwn = scope.account === (endpoint.account ?? PLATFORM);
  return wanted && sameMode && !endpoint.isDisabled && endpoint.connect !== isOwn;
}
