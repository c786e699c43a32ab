import { RpcTarget } from 'cloudflare:workers';
import { armAlarm } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from './audit.rpc.ts';
import { forgetUsers, readClerkApp, writeClerkApp } from './clerk-app.store.ts';
import type { SealedClerkApp } from './clerk-app.ts';

/** Which Clerk application an environment signs people in with. */
export class ClerkAppRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Uses an application from now on, or other secrets of the one in use: a webhook secret that is
   * not given stays. Another application voids the passwords; answers how many.
   */
  put(app: SealedClerkApp, act: Act): { app: SealedClerkApp; passwordsEnded: number } {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const before = readClerkApp(sql);
      const isSame = before?.instanceId === app.instanceId;
      const kept = {
        ...app,
        webhookSecret: app.webhookSecret ?? (isSame ? before.webhookSecret : null),
        connectedAtMs: isSame ? before.connectedAtMs : app.connectedAtMs,
      };
      const passwordsEnded = isSame ? 0 : forgetUsers(sql, before === null, act.nowMs);
      writeClerkApp(sql, kept);
      this.#note(act, 'clerk.connected', app.instanceId);
      return { app: kept, passwordsEnded };
    });
  }

  /** Goes back to the shared application. Done already, it changes nothing. */
  drop(act: Act): number {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const before = readClerkApp(sql);
      if (before === null) return 0;
      const passwordsEnded = forgetUsers(sql, false, act.nowMs);
      writeClerkApp(sql, null);
      this.#note(act, 'clerk.disconnected', before.instanceId);
      return passwordsEnded;
    });
  }

  #note(act: Act, action: string, instanceId: string): void {
    this.#storage.sql.exec('UPDATE environment SET version = version + 1');
    writeAudit(this.#storage.sql, act, action, instanceId);
    armAlarm(this.#storage);
  }
}
