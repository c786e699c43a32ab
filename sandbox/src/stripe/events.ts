import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { createSender, type Sender, type WebhookEndpoint } from '../core/webhooks.ts';
import { type Emit, type Entity, newId, type Scope } from './scope.ts';

/** The API version of the events. */
export const API_VERSION = '2026-10-28.endive';

/** A webhook endpoint of the platform. `connect`: it hears of connected accounts instead of its own. */
export interface StripeEndpoint extends WebhookEndpoint {
  connect: boolean;
  livemode: boolean;
  enabledEvents: string[];
}

/** Signs as Stripe does: `t` is the receiver's time, which need not be the sandbox's. */
export function signature(secret: string, body: string, atSeconds: number): string {
  const mac = createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex');
  return `t=${atSeconds},v1=${mac}`;
}

/** Writes events and sends them to the endpoints that want them. */
export function createEvents(
  store: Store,
  clock: Clock,
): { sender: Sender<StripeEndpoint>; emit: Emit } {
  const sender = createSender<StripeEndpoint>({
    store,
    clock,
    sign: (endpoint, body) => ({
      'stripe-signature': signature(endpoint.secret, body, Math.floor(Date.now() / 1000)),
    }),
  });
  const emit: Emit = (scope, type, object, previous) => {
    const receivers = sender.endpoints().filter((endpoint) => hears(endpoint, scope, type));
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
    for (const endpoint of receivers) sender.enqueue(endpoint, event.id, body);
  };
  return { sender, emit };
}

/** A live endpoint for connected accounts hears of their test mode, too, as at Stripe. */
function hears(endpoint: StripeEndpoint, scope: Scope, type: string): boolean {
  const wanted = endpoint.enabledEvents.includes('*') || endpoint.enabledEvents.includes(type);
  const sameMode = endpoint.livemode === scope.livemode || (endpoint.connect && endpoint.livemode);
  return wanted && sameMode && endpoint.connect !== scope.isPlatform;
}
