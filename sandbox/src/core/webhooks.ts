import type { Clock } from './clock.ts';
import { type DeliveryPlan, fateOf, rank } from './delivery-plan.ts';
import type { Store } from './store.ts';

/** Where events go. Providers add fields of their own. */
export interface WebhookEndpoint {
  id: string;
  url: string;
  secret: string;
}

/** One event on its way to one endpoint, with what became of each try. */
export interface Delivery {
  id: string;
  endpointId: string;
  eventId: string;
  body: string;
  state: 'waiting' | 'delivered' | 'failed' | 'dropped' | 'held';
  attempts: { atMs: number; status: number | null }[];
}

/** Sends signed events, one after the other for each endpoint, and remembers how it went. */
export interface Sender<E extends WebhookEndpoint> {
  /** Off: what happens meanwhile is dropped, as if the webhooks were lost. */
  paused: boolean;
  /** How what happens from now on is sent. */
  plan: DeliveryPlan;
  register(endpoint: E): void;
  remove(id: string): boolean;
  endpoints(): E[];
  enqueue(endpoint: E, eventId: string, body: string): void;
  /** Sends what a plan held back, in order. Answers how many. */
  release(): number;
  /** Sends an event again to each endpoint that was to get it, or to one; also what was dropped. */
  resend(eventId: string, endpointId?: string): number;
  deliveries(): Delivery[];
  /** Resolves when every first try is over; a failed delivery may still have retries to come. */
  idle(): Promise<void>;
  reset(): void;
  stop(): void;
}

export interface SenderOptions<E extends WebhookEndpoint> {
  store: Store;
  clock: Clock;
  sign(endpoint: E, body: string, nowMs: number, eventId: string): Record<string, string>;
  /** Names the collections, when two senders share a store. */
  name?: string;
}

const TIMEOUT_MS = 5_000;
/** Waits before the second try and the ones after it; then the delivery has failed. */
const WAITS_MS = [200, 1_000, 5_000, 30_000];
const MOST_KEPT = 1_000;
/** How long a plan waits for more events before it sends those in another order. */
const BATCH_MS = 25;

/** A sender whose endpoints and deliveries are kept; what was waiting goes on after a restart. */
export function createSender<E extends WebhookEndpoint>(options: SenderOptions<E>): Sender<E> {
  const { store, clock, name = 'webhooks' } = options;
  const endpoints = store.collection<E>(`${name}.endpoints`);
  const deliveries = store.collection<Delivery>(`${name}.deliveries`);
  const paused = store.value(`${name}.paused`, false);
  const sequence = store.value(`${name}.sequence`, 0);
  const plan = store.value<DeliveryPlan>(`${name}.plan`, { mode: 'ordered', seed: 1 });
  let batch: Delivery[] = [];
  let batchTimer: NodeJS.Timeout | undefined;
  const queues = new Map<string, Promise<void>>();
  let stopping = new AbortController();

  const send = (delivery: Delivery) => {
    const signal = stopping.signal;
    const before = queues.get(delivery.endpointId) ?? Promise.resolve();
    const after = before.then(() => attempt(delivery, signal));
    queues.set(delivery.endpointId, after);
  };

  const attempt = async (delivery: Delivery, signal: AbortSignal): Promise<void> => {
    const endpoint = endpoints.get(delivery.endpointId);
    if (signal.aborted || !endpoint) return;
    const status = await post(endpoint, delivery);
    if (signal.aborted) return;
    const attempts = [...delivery.attempts, { atMs: clock.nowMs(), status }];
    const delivered = status !== null && status >= 200 && status < 300;
    const waitMs = WAITS_MS[attempts.length - 1];
    const state = delivered ? 'delivered' : waitMs === undefined ? 'failed' : 'waiting';
    const tried = deliveries.put({ ...delivery, attempts, state });
    // A retry joins the queue again, so that one that fails holds up no other.
    if (state === 'waiting') setTimeout(() => !signal.aborted && send(tried), waitMs).unref();
  };

  const post = async (endpoint: E, { eventId, body }: Delivery): Promise<number | null> => {
    try {
      const headers = options.sign(endpoint, body, clock.nowMs(), eventId);
      const response = await fetch(endpoint.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stopping.signal]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  };

  const add = (endpoint: E, eventId: string, body: string, state: Delivery['state']) => {
    const delivery = deliveries.put({
      id: `dlv_${next()}`,
      endpointId: endpoint.id,
      eventId,
      body,
      state,
      attempts: [],
    });
    const kept = deliveries.list();
    for (const old of kept.slice(0, Math.max(0, kept.length - MOST_KEPT)))
      deliveries.delete(old.id);
    return delivery;
  };
  const next = () => {
    sequence.set(sequence.get() + 1);
    return sequence.get();
  };

  const sendLater = (delivery: Delivery) => {
    batch.push(delivery);
    batchTimer ??= setTimeout(flush, BATCH_MS);
  };
  const flush = () => {
    clearTimeout(batchTimer);
    batchTimer = undefined;
    const { seed } = plan.get();
    const order = (delivery: Delivery) => rank(seed, Number(delivery.id.slice('dlv_'.length)));
    for (const delivery of batch.toSorted((one, other) => order(one) - order(other)))
      send(delivery);
    batch = [];
  };

  const sender: Sender<E> = {
    get paused() {
      return paused.get();
    },
    set paused(value) {
      paused.set(value);
    },
    register: (endpoint) => void endpoints.put(endpoint),
    remove: (id) => endpoints.delete(id),
    endpoints: () => endpoints.list(),
    get plan() {
      return plan.get();
    },
    set plan(value) {
      plan.set(value);
    },
    enqueue(endpoint, eventId, body) {
      const fate = paused.get() ? 'dropped' : fateOf(plan.get(), sequence.get() + 1);
      if (fate === 'dropped' || fate === 'held') return void add(endpoint, eventId, body, fate);
      const delivery = add(endpoint, eventId, body, 'waiting');
      if (fate === 'later') return sendLater(delivery);
      send(delivery);
      if (fate === 'twice') sendLater(add(endpoint, eventId, body, 'waiting'));
    },
    release() {
      const held = deliveries.list().filter(({ state }) => state === 'held');
      for (const delivery of held) send(deliveries.put({ ...delivery, state: 'waiting' }));
      return held.length;
    },
    resend(eventId, endpointId) {
      const sent = new Map(
        deliveries
          .list()
          .filter((one) => one.eventId === eventId)
          .filter((one) => endpointId === undefined || one.endpointId === endpointId)
          .map((one) => [one.endpointId, one.body]),
      );
      for (const [id, body] of sent) {
        const endpoint = endpoints.get(id);
        if (endpoint) send(add(endpoint, eventId, body, 'waiting'));
      }
      return sent.size;
    },
    deliveries: () => deliveries.list(),
    async idle() {
      flush();
      let seen: Promise<void>[] = [];
      for (;;) {
        const now = [...queues.values()];
        if (now.length === seen.length && now.every((queue, index) => queue === seen[index]))
          return;
        seen = now;
        await Promise.all(now);
      }
    },
    reset() {
      sender.stop();
      stopping = new AbortController();
      endpoints.clear();
      deliveries.clear();
      paused.set(false);
      plan.set({ mode: 'ordered', seed: 1 });
    },
    stop() {
      clearTimeout(batchTimer);
      batchTimer = undefined;
      batch = [];
      stopping.abort();
      queues.clear();
    },
  };
  for (const delivery of deliveries.list()) if (delivery.state === 'waiting') send(delivery);
  return sender;
}
