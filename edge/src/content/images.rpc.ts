import { RpcTarget } from 'cloudflare:workers';
import { no, ok, type Outcome } from '../http/fail.ts';
import { armAlarm, enqueue } from '../outbox/outbox.rpc.ts';
import { type Act, writeAudit } from '../projects/audit.rpc.ts';
import { ProductsRpc } from '../store/products.rpc.ts';
import type { Size } from './image-file.ts';

/** The most images an environment can have. */
const MOST_IMAGES = 10_000;

/** How long an upload can take at the very most; what one left behind is deleted then. */
export const UPLOAD_MS = 10 * 60_000;

/** A picture as it is kept. Its files are called by `name`. */
export interface ImageRecord extends Size {
  id: string;
  name: string;
  createdAtMs: number;
}

/** A picture with what tells the file it was made of from others. */
export interface KeptPicture extends Size {
  id: string;
  name: string;
  sourceHash: string;
}

/** An upload: `sourceHash` tells files apart, `name` is one that no file ever had. */
export interface Upload {
  id: string;
  name: string;
  sourceHash: string;
}

type Row = { id: string; name: string; width: number; height: number; created_ms: number };

/** The pictures of one environment. Their files are written and deleted by the Worker. */
export class ImagesRpc extends RpcTarget {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    super();
    this.#storage = storage;
  }

  /**
   * Begins an upload, before any file of it is written: should it not be finished, its files will be
   * deleted. Answers the image at once that was made of the same file before, or null.
   */
  begin(upload: Upload, nowMs: number): Outcome<ImageRecord | null> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const known = this.#of(upload.sourceHash);
      if (known) return ok(known);
      const { count } = sql.exec<{ count: number }>('SELECT count(*) AS count FROM image').one();
      if (count >= MOST_IMAGES) return no('too_many_images', { atMost: MOST_IMAGES });
      const job = { kind: 'content.delete_files', name: upload.name } as const;
      enqueue(sql, jobOf(upload.id), job, nowMs, nowMs + UPLOAD_MS);
      armAlarm(this.#storage);
      return ok(null);
    });
  }

  /**
   * Keeps the image whose files are written now. Of two uploads of one file at once the first makes
   * the image, and the files of the other are left to be deleted.
   */
  finish(upload: Upload, { width, height }: Size, act: Act): Outcome<ImageRecord> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const known = this.#of(upload.sourceHash);
      if (known) return ok(known);
      const left = sql.exec('DELETE FROM outbox WHERE id = ? AND fence = 0', jobOf(upload.id));
      // It took so long that its files are being deleted.
      if (left.rowsWritten === 0) return no('temporarily_unavailable');
      sql.exec(
        'INSERT INTO image VALUES (?, ?, ?, ?, ?, ?)',
        upload.id,
        upload.name,
        upload.sourceHash,
        width,
        height,
        act.nowMs,
      );
      writeAudit(sql, act, 'image.uploaded', upload.id);
      return ok({ id: upload.id, name: upload.name, width, height, createdAtMs: act.nowMs });
    });
  }

  /** Pictures by the files they were made of, as far as they are there. */
  having(sourceHashes: readonly string[]): KeptPicture[] {
    return picturesWhere(this.#storage.sql, 'source_hash', sourceHashes);
  }

  /** Newest first; `cursor` is what the page before gave. */
  list({ limit, cursor }: { limit: number; cursor: string | null }): {
    images: ImageRecord[];
    nextCursor: string | null;
  } {
    const [beforeMs = '', beforeId = ''] = cursor?.split(' ') ?? [];
    const rows = this.#storage.sql
      .exec<Row>(
        `SELECT id, name, width, height, created_ms FROM image
         WHERE ?1 = '' OR (created_ms, id) < (CAST(?1 AS INTEGER), ?2)
         ORDER BY created_ms DESC, id DESC LIMIT ?3`,
        beforeMs,
        beforeId,
        limit + 1,
      )
      .toArray();
    const images = rows.slice(0, limit).map(toRecord);
    const last = rows.length > limit ? images.at(-1) : undefined;
    return { images, nextCursor: last ? `${last.createdAtMs} ${last.id}` : null };
  }

  /** Forgets an image that no product shows; answers the job that deletes its files. */
  remove(id: string, act: Act): Outcome<string> {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const row = sql.exec<Row>('SELECT * FROM image WHERE id = ?', id).toArray()[0];
      if (!row) return no('image_not_found');
      const products = new ProductsRpc(this.#storage).showing(id);
      if (products.length > 0) return no('image_in_use', { products });
      sql.exec('DELETE FROM image WHERE id = ?', id);
      const job = { kind: 'content.delete_files', name: row.name } as const;
      enqueue(sql, jobOf(id), job, act.nowMs);
      armAlarm(this.#storage);
      writeAudit(sql, act, 'image.deleted', id);
      return ok(jobOf(id));
    });
  }

  #of(sourceHash: string): ImageRecord | undefined {
    return this.#storage.sql
      .exec<Row>('SELECT * FROM image WHERE source_hash = ?', sourceHash)
      .toArray()
      .map(toRecord)[0];
  }
}

/** Pictures by their ids. */
export const picturesOf = (sql: SqlStorage, ids: readonly string[]): KeptPicture[] =>
  picturesWhere(sql, 'id', ids);

const picturesWhere = (
  sql: SqlStorage,
  column: 'id' | 'source_hash',
  values: readonly string[],
): KeptPicture[] =>
  sql
    .exec<{ [Field in keyof KeptPicture]: KeptPicture[Field] }>(
      `SELECT id, name, source_hash AS sourceHash, width, height FROM image
       WHERE ${column} IN (SELECT value FROM json_each(?))`,
      JSON.stringify(values),
    )
    .toArray();

const jobOf = (id: string): string => `files_${id}`;

const toRecord = (row: Row): ImageRecord => ({
  id: row.id,
  name: row.name,
  width: row.width,
  height: row.height,
  createdAtMs: row.created_ms,
});
