import { RpcTarget } from 'cloudflare:workers';
import type { Webhook, WebhookDelivery, WebhookEventType } from '@dream/contract';
import { MAX_WEBHOOKS } from '@dream/contract/webhooks';
import { no, ok, type Outcome } from '../http/fail.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { type Happening, putDelivery, putEvent } from './emit.rpc.ts';
import {
  deliveriesOf,
  disable,
  findDelivery,
  findWebhook,
  noteChange,
  toDelivery,
  toWebhook,
  type WebhookRow,
} from './webhooks.store.ts';

/** An endpoint to be made; the secret is sealed. */
export interface NewWebhook {
  id: string;
  url: string;
  description: string;
  events: readonly WebhookEventType[] | null;
  sealedSecret: string;
}

/** What changes of an endpoint; what is left out stays. */
export interface WebhookPatch {
  url?: string | undefined;
  description?: string | undefined;
  events?: readonly WebhookEventType[] | null | undefined;
  disabled?: boolean | undefined;
}

/** The endpoints of one environment, as their developer manages them. */
export class WebhooksRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Oldest first. */
  list(nowMs: number): Webhook[] {
    return this.#storage.sql
      .exec<WebhookRow>('SELECT * FROM webhook ORDER BY created_ms, id')
      .toArray()
      .map((row) => toWebhook(row, nowMs));
  }

  create(given: NewWebhook, act: Act): Outcome<Webhook> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM webhook').one();
      if (count >= MAX_WEBHOOKS) return no('too_many_webhooks', { atMost: MAX_WEBHOOKS });
      sql.exec(
        `INSERT INTO webhook (id, url, description, events, secret, created_ms)
         VALUES (?, ?, ?, ?, ?, ?)`,
        given.id,
        given.url,
        given.description,
        given.events && JSON.stringify(given.events),
        given.sealedSecret,
        act.nowMs,
      );
      return this.#changed(given.id, 'webhook.created', act);
    });
  }

  /** Changes an endpoint. Switched on again, it begins without a past of failures. */
  update(id: string, patch: WebhookPatch, act: Act): Outcome<Webhook> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const row = findWebhook(sql, id);
      if (!row) return no('webhook_not_found');
      const { url = row.url, description = row.description, events, disabled } = patch;
      sql.exec(
        'UPDATE webhook SET url = ?, description = ?, events = ? WHERE id = ?',
        url,
        description,
        events === undefined ? row.events : events && JSON.stringify(events),
        id,
      );
      if (disabled === true && row.disabled_ms === null) disable(sql, id, 'developer', act.nowMs);
      if (disabled === false)
        sql.exec(
          `UPDATE webhook SET disabled_reason = NULL, disabled_ms = NULL, failing_since_ms = NULL
           WHERE id = ?`,
          id,
        );
      return this.#changed(id, 'webhook.changed', act);
    });
  }

  /** Forgets an endpoint and its log. */
  remove(id: string, act: Act): Outcome<null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (!findWebhook(sql, id)) return no('webhook_not_found');
      sql.exec('DELETE FROM webhook_delivery WHERE webhook_id = ?', id);
      sql.exec('DELETE FROM webhook WHERE id = ?', id);
      noteChange(sql);
      writeAudit(sql, act, 'webhook.deleted', id);
      return ok(null);
    });
  }

  /** Signs with another secret; the one of now signs as well until `oldUntilMs`. */
  rotate(id: string, sealedSecret: string, oldUntilMs: number, act: Act): Outcome<Webhook> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      if (!findWebhook(sql, id)) return no('webhook_not_found');
      sql.exec(
        'UPDATE webhook SET old_secret = secret, old_secret_until_ms = ?, secret = ? WHERE id = ?',
        oldUntilMs,
        sealedSecret,
        id,
      );
      return this.#changed(id, 'webhook.rotated', act);
    });
  }

  /** Queues the test event for one endpoint. Answers the delivery's id. */
  test(id: string, act: Act): Outcome<string> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const usable = this.#enabled(id);
      if (!usable.ok) return usable;
      const test: Happening = {
        type: 'webhook.test',
        data: { message: 'This endpoint is told what happens.' },
        customerId: null,
      };
      const eventId = putEvent(sql, test, act.nowMs);
      if (eventId === null) throw new Error('A new event was told before');
      writeAudit(sql, act, 'webhook.tested', id);
      return ok(putDelivery(sql, id, eventId, act.nowMs));
    });
  }

  /** Queues a delivery once more, whatever became of it. Answers its id. */
  retry(id: string, deliveryId: string, act: Act): Outcome<string> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const usable = this.#enabled(id);
      if (!usable.ok) return usable;
      const delivery = findDelivery(sql, deliveryId);
      if (delivery?.webhook_id !== id) return no('webhook_delivery_not_found');
      if (delivery.body === null) return no('webhook_event_erased');
      sql.exec(
        "UPDATE webhook_delivery SET state = 'waiting', due_ms = ? WHERE id = ?",
        act.nowMs,
        deliveryId,
      );
      writeAudit(sql, act, 'webhook.retried', deliveryId);
      return ok(deliveryId);
    });
  }

  delivery(id: string): Outcome<WebhookDelivery> {
    const row = findDelivery(this.#storage.sql, id);
    return row ? ok(toDelivery(row)) : no('webhook_delivery_not_found');
  }

  /** Newest first; `cursor` is what the page before gave. */
  deliveries(
    id: string,
    query: { limit: number; cursor: string | null; status: WebhookDelivery['status'] | null },
  ): Outcome<{ deliveries: WebhookDelivery[]; nextCursor: string | null }> {
    const { sql } = this.#storage;
    if (!findWebhook(sql, id)) return no('webhook_not_found');
    const before = query.cursor === null ? Number.MAX_SAFE_INTEGER : Number(query.cursor) || 0;
    const rows = deliveriesOf(sql, id, before, query.status, query.limit + 1);
    const page = rows.slice(0, query.limit);
    return ok({
      deliveries: page.map(toDelivery),
      nextCursor: rows.length > query.limit ? String(page.at(-1)?.seq) : null,
    });
  }

  #enabled(id: string): Outcome<WebhookRow> {
    const row = findWebhook(this.#storage.sql, id);
    if (!row) return no('webhook_not_found');
    return row.disabled_ms === null ? ok(row) : no('webhook_disabled');
  }

  #changed(id: string, action: string, act: Act): Outcome<Webhook> {
    const { sql } = this.#storage;
    noteChange(sql);
    writeAudit(sql, act, action, id);
    const row = findWebhook(sql, id);
    if (!row) throw new Error('A webhook is gone in its own transaction');
    return ok(toWebhook(row, act.nowMs));
  }
}
