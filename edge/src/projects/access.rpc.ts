import { RpcTarget } from 'cloudflare:workers';
import type { AuditDetail, AuditEntry, SecretKey, Settings, SettingsPatch } from '@dream/contract';
import type { Mode } from '@dream/contract/primitives';
import { KEY_USE_MS } from '../auth/keys.ts';
import { connectionOf } from '../billing/connection.rpc.ts';
import { TurnstileRpc } from '../bots/turnstile.rpc.ts';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import type { TierRecord } from '../catalog/tier.ts';
import { no, ok, type Outcome } from '../http/fail.ts';
import { isUsageTold } from '../outgoing/due.rpc.ts';
import { standeeOf } from '../platform/standing.rpc.ts';
import type { Standee } from '../platform/standing.ts';
import { PROJECT_STEPS } from '../project/project.schema.ts';
import { PROJECT_TABLES } from '../project/tables.schema.ts';
import { isErased } from '../storage/erase.ts';
import { isInitialised, migrate } from '../storage/migrate.ts';
import { type Act, writeAudit } from './audit.rpc.ts';
import { keyDetails, originDetails, settingsDetails } from './audit-details.ts';
import { readClerkApp } from './clerk-app.store.ts';
import type { SealedClerkApp } from './clerk-app.ts';
import { queueErasure } from './erasure.store.ts';
import { putSuspension, suspendedAtMs } from './suspension.store.ts';

type EnvironmentRow = {
  project_id: string;
  mode: Mode;
  version: number;
  settings: string;
  origins: string;
  created_ms: number;
  deleted_ms: number | null;
};
type KeyRow = {
  id: string;
  name: string;
  hash: string;
  hint: string;
  created_ms: number;
  expires_ms: number | null;
  revoked_ms: number | null;
  used_ms: number | null;
};

/** Everything a Worker needs to admit a call, read at once and cached for at most 10 s. */
export interface Environment {
  projectId: string;
  mode: Mode;
  version: number;
  settings: Settings;
  origins: readonly string[];
  keys: readonly { id: string; hash: string; expiresAtMs: number | null; revoked: boolean }[];
  tiers: readonly TierRecord[];
  /** Whether something can be sold: through an own Stripe account, or the platform's. */
  sells: boolean;
  /** The developer's own Clerk application; null while the shared one is used. */
  clerkApp: SealedClerkApp | null;
  /** The Turnstile widget that guards it; the secret key is sealed. */
  turnstile: { siteKey: string; sealedSecretKey: string } | null;
  /** Whether a webhook wants to be told of usage. */
  tellsUsage: boolean;
  /** What decides how the project stands with the platform. */
  standee: Standee;
  /** Since when operators have it suspended. */
  suspendedAtMs: number | null;
}

/** Keys, settings, origins and the audit log of one environment. */
export class AccessRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /** Sets the environment up; repeating it changes nothing. */
  init(projectId: string, mode: Mode, settings: Settings, act: Act): Outcome<null> {
    if (isErased(this.#storage)) return no('project_deleted');
    migrate(this.#storage, PROJECT_STEPS, PROJECT_TABLES);
    const row = this.#row();
    if (row) return row.deleted_ms === null ? ok(null) : no('project_deleted');
    this.#storage.sql.exec(
      "INSERT INTO environment VALUES (?, ?, 1, ?, '[]', ?, NULL)",
      projectId,
      mode,
      JSON.stringify(settings),
      act.nowMs,
    );
    this.#audit(act, 'environment.created', null);
    return ok(null);
  }

  /** What the Worker admits calls by. Writes nothing, also on an object that was never set up. */
  environment(): Outcome<Environment> {
    const used = environmentInUse(this.#storage);
    if (!used.ok) return used;
    const row = used.value;
    const { sql } = this.#storage;
    return ok({
      projectId: row.project_id,
      mode: row.mode,
      version: row.version,
      settings: JSON.parse(row.settings) as Settings,
      origins: JSON.parse(row.origins) as string[],
      keys: sql
        .exec<KeyRow>('SELECT * FROM secret_key')
        .toArray()
        .map((key) => ({
          id: key.id,
          hash: key.hash,
          expiresAtMs: key.expires_ms,
          revoked: key.revoked_ms !== null,
        })),
      tiers: new CatalogRpc(this.#storage).tiers(),
      sells: connectionOf(sql).saleBlock === null,
      clerkApp: readClerkApp(sql),
      turnstile: new TurnstileRpc(this.#storage).read(),
      tellsUsage: isUsageTold(sql),
      standee: standeeOf(sql),
      suspendedAtMs: suspendedAtMs(sql),
    });
  }

  /** The own Clerk application, also of a deleted environment that is not erased yet. */
  clerkApp(): SealedClerkApp | null {
    const isThere = !isErased(this.#storage) && isInitialised(this.#storage);
    return isThere ? readClerkApp(this.#storage.sql) : null;
  }

  /**
   * Marks the environment deleted, also one that was not set up yet: from now on its keys answer
   * `project_deleted`, and its outbox is what there is to delete outside. Safe to repeat.
   */
  remove(
    projectId: string,
    mode: Mode,
    act: Act,
  ): { isErased: boolean; stripeAccountId: string | null } {
    if (isErased(this.#storage)) return { isErased: true, stripeAccountId: null };
    migrate(this.#storage, PROJECT_STEPS, PROJECT_TABLES);
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const { id: stripeAccountId } = sql
        .exec<{ id: string | null }>('SELECT stripe_account_id AS id FROM connection')
        .one();
      const row = this.#row();
      if (row?.deleted_ms == null) {
        sql.exec(
          `INSERT INTO environment VALUES (?1, ?2, 1, '{}', '[]', ?3, ?3)
           ON CONFLICT DO UPDATE SET deleted_ms = ?3`,
          projectId,
          mode,
          act.nowMs,
        );
        this.#audit(act, 'environment.deleted', null);
        queueErasure(sql, act.nowMs);
      }
      return { isErased: false, stripeAccountId };
    });
  }

  addKey(
    key: { id: string; name: string; hash: string; hint: string },
    act: Act,
  ): Outcome<SecretKey> {
    return this.#change(act, 'key.created', key.id, keyDetails(key), () => {
      this.#storage.sql.exec(
        'INSERT INTO secret_key VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL)',
        key.id,
        key.name,
        key.hash,
        key.hint,
        act.nowMs,
      );
      return this.#key(key.id);
    });
  }

  listKeys(): SecretKey[] {
    return this.#storage.sql
      .exec<KeyRow>('SELECT * FROM secret_key ORDER BY created_ms, id')
      .toArray()
      .map(toKey);
  }

  /** Notes that a key is in use, unless that is known of the last hour. No change of the environment. */
  useKey(id: string, nowMs: number): void {
    if (!environmentInUse(this.#storage).ok) return;
    this.#storage.sql.exec(
      'UPDATE secret_key SET used_ms = ?1 WHERE id = ?2 AND coalesce(used_ms, 0) <= ?1 - ?3',
      nowMs,
      id,
      KEY_USE_MS,
    );
  }

  /** Adds the successor of a key and lets the old one go on until `oldExpiresAtMs`. */
  rotateKey(
    oldId: string,
    key: { id: string; hash: string; hint: string },
    oldExpiresAtMs: number,
    act: Act,
  ): Outcome<SecretKey> {
    const old = this.#storage.sql
      .exec<KeyRow>('SELECT * FROM secret_key WHERE id = ?', oldId)
      .toArray()[0];
    if (!old || old.revoked_ms !== null) return no('secret_key_not_found');
    return this.#change(act, 'key.rotated', oldId, keyDetails(old), () => {
      const { sql } = this.#storage;
      sql.exec(
        'UPDATE secret_key SET expires_ms = min(coalesce(expires_ms, ?1), ?1) WHERE id = ?2',
        oldExpiresAtMs,
        oldId,
      );
      sql.exec(
        'INSERT INTO secret_key VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL)',
        key.id,
        old.name,
        key.hash,
        key.hint,
        act.nowMs,
      );
      return this.#key(key.id);
    });
  }

  revokeKey(id: string, act: Act): Outcome<SecretKey> {
    const key = this.#key(id);
    if (!key.ok) return key;
    return this.#change(act, 'key.revoked', id, keyDetails(key.value), () => {
      this.#storage.sql.exec(
        'UPDATE secret_key SET revoked_ms = coalesce(revoked_ms, ?) WHERE id = ?',
        act.nowMs,
        id,
      );
      return this.#key(id);
    });
  }

  updateSettings(patch: SettingsPatch, act: Act): Outcome<Settings> {
    const before = JSON.parse(this.#row()?.settings ?? '{}') as Settings;
    const settings = { ...before, ...patch };
    const details = settingsDetails(before, settings);
    const subject = Object.keys(patch).join(', ');
    return this.#change(act, 'settings.changed', subject, details, () => {
      this.#storage.sql.exec('UPDATE environment SET settings = ?', JSON.stringify(settings));
      return ok(settings);
    });
  }

  /** Suspends the environment since an instant, or (null) goes on with it. Safe to repeat. */
  suspend(sinceMs: number | null, reason: string | null, act: Act): Outcome<null> {
    const used = environmentInUse(this.#storage);
    if (!used.ok) return used;
    const isSuspended = suspendedAtMs(this.#storage.sql) !== null;
    if (isSuspended === (sinceMs !== null)) return ok(null);
    const action = sinceMs === null ? 'project.resumed' : 'project.suspended';
    return this.#change(act, action, reason, [], () => {
      putSuspension(this.#storage.sql, sinceMs);
      return ok(null);
    });
  }

  putOrigins(origins: readonly string[], act: Act): Outcome<string[]> {
    const before = JSON.parse(this.#row()?.origins ?? '[]') as string[];
    const details = originDetails(before, origins);
    return this.#change(act, 'origins.changed', null, details, () => {
      this.#storage.sql.exec('UPDATE environment SET origins = ?', JSON.stringify(origins));
      return ok([...origins]);
    });
  }

  /** Newest first, 50 at a time, before the entry `cursor`. */
  audit(cursor: string | null): { entries: AuditEntry[]; nextCursor: string | null } {
    const rows = this.#storage.sql
      .exec<AuditRow>(
        'SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT 51',
        cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
      )
      .toArray();
    const entries = rows.slice(0, 50).map((row) => ({
      id: String(row.id),
      atMs: row.at_ms,
      actor: row.actor,
      action: row.action,
      subject: row.subject,
      details: row.details === null ? [] : (JSON.parse(row.details) as AuditDetail[]),
    }));
    return { entries, nextCursor: rows.length > 50 ? (entries.at(-1)?.id ?? null) : null };
  }

  #change<T>(
    act: Act,
    action: string,
    subject: string | null,
    details: readonly AuditDetail[],
    change: () => Outcome<T>,
  ): Outcome<T> {
    return this.#storage.transactionSync(() => {
      const result = change();
      this.#storage.sql.exec('UPDATE environment SET version = version + 1');
      writeAudit(this.#storage.sql, act, action, subject, details);
      return result;
    });
  }

  #audit(act: Act, action: string, subject: string | null): void {
    writeAudit(this.#storage.sql, act, action, subject);
  }

  #row(): EnvironmentRow | undefined {
    return rowOf(this.#storage);
  }

  #key(id: string): Outcome<SecretKey> {
    const row = this.#storage.sql
      .exec<KeyRow>('SELECT * FROM secret_key WHERE id = ?', id)
      .toArray()[0];
    return row ? ok(toKey(row)) : no('secret_key_not_found');
  }
}

/** The environment of an object, unless it was deleted or never set up. Writes nothing. */
export function environmentInUse(storage: DurableObjectStorage): Outcome<EnvironmentRow> {
  if (isErased(storage)) return no('project_deleted');
  const row = isInitialised(storage) ? rowOf(storage) : undefined;
  if (!row) return no('project_not_found');
  return row.deleted_ms === null ? ok(row) : no('project_deleted');
}

const rowOf = (storage: DurableObjectStorage): EnvironmentRow | undefined =>
  storage.sql.exec<EnvironmentRow>('SELECT * FROM environment').toArray()[0];

type AuditRow = {
  id: number;
  at_ms: number;
  actor: string;
  action: string;
  subject: string | null;
  details: string | null;
};

const toKey = (row: KeyRow): SecretKey => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  createdAtMs: row.created_ms,
  lastUsedAtMs: row.used_ms,
  expiresAtMs: row.expires_ms,
  revokedAtMs: row.revoked_ms,
});
