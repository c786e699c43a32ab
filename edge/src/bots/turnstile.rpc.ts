import { RpcTarget } from 'cloudflare:workers';
import type { Turnstile } from '@dream/contract';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';

/** A Turnstile widget as it is kept: shown without its secret key, which is sealed. */
export interface TurnstileRecord extends Turnstile {
  sealedSecretKey: string;
}

/** The Turnstile widget of one environment. */
export class TurnstileRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  read(): TurnstileRecord | null {
    const row = this.#storage.sql
      .exec<{
        site_key: string;
        sealed_secret_key: string;
        secret_key_hint: string;
        set_ms: number;
      }>('SELECT * FROM turnstile')
      .toArray()[0];
    if (!row) return null;
    return {
      siteKey: row.site_key,
      sealedSecretKey: row.sealed_secret_key,
      secretKeyHint: row.secret_key_hint,
      setAtMs: row.set_ms,
    };
  }

  put({ siteKey, sealedSecretKey, secretKeyHint, setAtMs }: TurnstileRecord, act: Act): void {
    this.#change(act, 'turnstile.set', siteKey, (sql) =>
      sql.exec(
        'INSERT OR REPLACE INTO turnstile VALUES (1, ?, ?, ?, ?)',
        siteKey,
        sealedSecretKey,
        secretKeyHint,
        setAtMs,
      ),
    );
  }

  /** Removing what is not there changes nothing. */
  remove(act: Act): void {
    const known = this.read();
    if (!known) return;
    this.#change(act, 'turnstile.removed', known.siteKey, (sql) =>
      sql.exec('DELETE FROM turnstile'),
    );
  }

  #change(act: Act, action: string, siteKey: string, change: (sql: SqlStorage) => void): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      change(sql);
      sql.exec('UPDATE environment SET version = version + 1');
      writeAudit(sql, act, action, siteKey);
    });
  }
}
