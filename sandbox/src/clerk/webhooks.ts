import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { createSender, type Delivery } from '../core/webhooks.ts';
import type { Instance } from './entities.ts';
import { newId } from './ids.ts';
import type { EventType, Visitor } from './scope.ts';

/** A place that hears about one instance; `secret` is `whsec_<base64>`. */
interface Endpoint {
  id: string;
  instance: string;
  url: string;
  secret: string;
}

/** Tells endpoints what happened, signed as Svix signs for Clerk. */
export interface Notifier {
  emit(instance: Instance, visitor: Visitor, type: EventType, data: object): void;
  register(endpoint: Endpoint): void;
  endpoints(): Omit<Endpoint, 'secret'>[];
  /** Off: nothing is sent any more, as if the webhooks were lost. */
  setEnabled(enabled: boolean): void;
  deliveries(): Delivery[];
  /** Sends an event again under its own id; says to how many endpoints. */
  resend(eventId: string): number;
  idle(): Promise<void>;
  reset(): void;
  stop(): void;
}

/** A notifier whose endpoints and undelivered events live in `store`. */
export function createNotifier({ store, clock }: { store: Store; clock: Clock }): Notifier {
  const sender = createSender<Endpoint>({
    store,
    clock,
    name: 'clerk.webhooks',
    sign: (endpoint, body, _nowMs, eventId) => svixHeaders(endpoint.secret, eventId, body),
  });
  return {
    emit(instance, visitor, type, data) {
      const event = {
        data,
        event_attributes: {
          http_request: { client_ip: visitor.address, user_agent: visitor.userAgent },
        },
        instance_id: instance.clerkId,
        object: 'event',
        timestamp: clock.nowMs(),
        type,
      };
      const body = JSON.stringify(event);
      const messageId = newId('msg');
      for (const endpoint of sender.endpoints()) {
        if (endpoint.instance === instance.id) sender.enqueue(endpoint, messageId, body);
      }
    },
    register: (endpoint) => sender.register(endpoint),
    endpoints: () => sender.endpoints().map(({ id, instance, url }) => ({ id, instance, url })),
    setEnabled(enabled) {
      sender.paused = !enabled;
    },
    deliveries: () => sender.deliveries(),
    resend: (eventId) => sender.resend(eventId),
    idle: () => sender.idle(),
    reset: () => sender.reset(),
    stop: () => sender.stop(),
  };
}

/**
 * The headers of one delivery. The time is the wall clock's, not the sandbox's: the receiver
 * compares it with its own and lives outside the sandbox.
 */
function svixHeaders(secret: string, messageId: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${messageId}.${timestamp}.${body}`)
    .digest('base64');
  return {
    'svix-id': messageId,
    'svix-timestamp': timestamp,
    'svix-signature': `v1,${signature}`,
  };
}
