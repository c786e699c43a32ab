import type { Draw, Draws } from '../credits/draws.ts';
import type { RunningUsage } from './running-usage.ts';
import type { CustomerSnapshot } from '../customers/plan.ts';
import { BoundedMap } from '../storage/bounded-map.ts';
import {
  forgetOldKeys,
  KEEP_MS,
  logsWith,
  moveLog,
  roomInMs,
  spilledKeysOf,
} from './answer-chunk.store.ts';
import { findAnswer, type FirstAnswer } from './answer-log.ts';
import {
  eraseCustomer,
  findCustomer,
  findGone,
  type KnownCustomer,
  noteGone,
  writeCustomer,
} from './known-customer.store.ts';
import { LeftCounts } from './left-counts.ts';
import type { RateWindow } from './limit.ts';
import type { MeterRow } from './meter.ts';
import type { SpilledKeys } from './spilled-keys.ts';
import type { Rules } from './usage-call.ts';

/** A row of the table: a meter, and what its feature drew of credits. */
type StoredMeter = MeterRow & {
  feature: string;
  drawn_units: number;
  drawn_day: string;
  drawn_ms: number;
};
/** A meter, and what its feature drew of credits that is in no other table. */
interface Kept {
  row: MeterRow;
  draw: Draw | undefined;
}

/** What is remembered of a customer: its row, all of its meters, and the keys that left them. */
interface Remembered {
  customer: KnownCustomer;
  meters: Map<string, MeterRow>;
  /** What features drew of credits that is written down in no other table. */
  draws: Map<string, Draw>;
  /** Null until a key is asked for. */
  spilled: SpilledKeys | null;
}

/** What is looked up by a name that a caller gives: a plan, or a feature. */
const BY_NAME: ReadonlySet<string> = new Set(['tiers', 'features', 'weights']);
/** Keeps what every object has, such as `constructor`, from being found under its name. */
const withoutPrototype = (field: string, value: unknown): unknown =>
  BY_NAME.has(field) && typeof value === 'object' && !Array.isArray(value)
    ? value && Object.setPrototypeOf(value, null)
    : value;

const NO_DRAWS: ReadonlyMap<string, Draw> = new Map();
/** How long a meter's log of answers gets before it leaves the row: some 30 keys, within a page. */
const MOST_LOG_CHARACTERS = 3_000;
/** How many keys of a customer are kept besides those in its meters. */
export const MOST_KEYS = 1_000_000;

/** What a customer and a meter with its log weigh in memory at most, in bytes and roughly. */
const CUSTOMER_BYTES = 500;
const METER_BYTES = 500 + MOST_LOG_CHARACTERS;
/** What all that is remembered may weigh. */
const MOST_BYTES = 16_000_000;

/**
 * The statements of the metered path, and a memory of what they last read and wrote: one for the
 * object's life. It is right as long as every write of these tables goes through here, or tells
 * `forget`; when a transaction is rolled back, its customer must be forgotten, too.
 */
export class MeterStore {
  readonly #sql: SqlStorage;
  readonly #remembered: BoundedMap<string, Remembered>;
  readonly #mostKeys: number;
  #rules: Rules | null = null;
  readonly #left = new LeftCounts<Kept>();
  #isTogether = false;

  /** `mostKeys` of a customer are kept besides those in its meters; `mostBytes` are remembered of all. */
  constructor(sql: SqlStorage, { mostKeys = MOST_KEYS, mostBytes = MOST_BYTES } = {}) {
    this.#sql = sql;
    this.#mostKeys = mostKeys;
    this.#remembered = new BoundedMap(mostBytes);
  }

  /** Forgets what is remembered of a customer, and the rules: they are read again. */
  forget(customerId: string): void {
    this.#remembered.delete(customerId);
    this.#rules = null;
  }

  rules(): Rules | null {
    if (this.#rules) return this.#rules;
    const row = this.#sql.exec<{ body: string }>('SELECT body FROM rules').toArray()[0];
    this.#rules = row ? (JSON.parse(row.body, withoutPrototype) as Rules) : null;
    return this.#rules;
  }

  putRules(rules: Rules): void {
    this.#rules = null;
    this.#sql.exec(
      `INSERT INTO rules VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET version = ?1, body = ?2
       WHERE version < ?1`,
      rules.version,
      JSON.stringify(rules),
    );
  }

  /** What is known of a customer. One that is gone is erased, whatever its row was. */
  customer(id: string): KnownCustomer | undefined {
    const remembered = this.#recall(id);
    return remembered ? remembered.customer : findGone(this.#sql, id);
  }

  /** A customer that has a row, with its meters; read at first, remembered from then on. */
  #recall(id: string): Remembered | undefined {
    const known = this.#remembered.get(id);
    if (known) return known;
    const customer = findCustomer(this.#sql, id);
    if (!customer) return undefined;
    const kept = [...this.#metersOf(id)];
    const meters = new Map(kept.map(([feature, { row: meter }]) => [feature, meter]));
    const draws = new Map(
      kept.flatMap(([feature, { draw }]) => (draw ? [[feature, draw] as const] : [])),
    );
    const read = { customer, meters, draws, spilled: null };
    this.#remembered.set(id, read, weightOf(read));
    return read;
  }

  #metersOf(customerId: string): Map<string, Kept> {
    const rows = this.#sql
      .exec<StoredMeter>('SELECT * FROM meter WHERE customer_id = ?', customerId)
      .toArray();
    const stored = rows.map((row) => [row.feature, { row, draw: drawIn(row) }] as const);
    return new Map<string, Kept>([...stored, ...this.#left.of(customerId)]);
  }

  putCustomer(snapshot: CustomerSnapshot): void {
    this.#remembered.delete(snapshot.customerId);
    writeCustomer(this.#sql, snapshot);
  }

  /** A customer whose overage waits to be reported. */
  anyWithOverage(): string | undefined {
    return this.#sql
      .exec<{ id: string }>(
        `SELECT customer_id AS id FROM overage_due
         UNION ALL SELECT customer_id FROM overage_report LIMIT 1`,
      )
      .toArray()[0]?.id;
  }

  meter(customerId: string, feature: string): MeterRow | undefined {
    return this.#recall(customerId)?.meters.get(feature);
  }

  /** The customer's running rate window: the newest one, its calls added up over the features. */
  window(customerId: string): RateWindow {
    let window: RateWindow = { startMs: 0, calls: 0 };
    for (const meter of this.#recall(customerId)?.meters.values() ?? []) {
      const { window_start_ms: startMs, window_calls: calls } = meter;
      if (startMs > window.startMs) window = { startMs, calls };
      else if (startMs === window.startMs) window = { startMs, calls: window.calls + calls };
    }
    return window;
  }

  /** Keeps a meter. What its feature drew of credits stays, where that is not said anew. */
  putMeter(
    customerId: string,
    feature: string,
    row: MeterRow,
    draw: Draw | undefined = this.#recall(customerId)?.draws.get(feature),
  ): void {
    if (this.#isTogether) this.#left.put(customerId, feature, { row, draw });
    else this.#write(customerId, feature, { row, draw });
    const known = this.#remembered.get(customerId);
    if (!known) return;
    if (draw) known.draws.set(feature, draw);
    const isNew = !known.meters.has(feature);
    known.meters.set(feature, row);
    if (isNew) this.#remembered.set(customerId, known, weightOf(known));
  }

  /**
   * Runs calls that count, and writes each count once, after the last of them: until then only this
   * store knows them. All of it must be one transaction.
   */
  together<T>(calls: () => T): T {
    this.#isTogether = true;
    try {
      const answer = calls();
      this.#left.take((...counted) => this.#write(...counted));
      return answer;
    } finally {
      this.#isTogether = false;
      this.#left.clear();
    }
  }

  /** A call begins that is all or nothing. */
  begin(): void {
    this.#left.begin();
  }

  /** Nothing of a customer's call is stored that has begun: what was remembered is read again. */
  undo(customerId: string): void {
    this.#left.undo();
    this.forget(customerId);
  }

  #write(customerId: string, feature: string, { row, draw }: Kept): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO meter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      customerId,
      feature,
      row.used_units,
      row.period_start_ms,
      row.period_end_ms,
      row.window_start_ms,
      row.window_calls,
      row.told,
      row.over_units,
      row.handed_units,
      row.day,
      row.day_end_ms,
      row.day_units,
      row.rolled_units,
      row.answers,
      draw?.units ?? 0,
      draw?.day ?? '',
      draw?.atMs ?? 0,
      row.granted_units,
    );
  }

  /** What features drew of credits, in the meters' rows. */
  readonly draws: Draws = {
    of: (customerId) => this.#recall(customerId)?.draws ?? NO_DRAWS,
    clear: (customerId) => {
      this.#sql.exec(
        'UPDATE meter SET drawn_units = 0 WHERE customer_id = ? AND drawn_units > 0',
        customerId,
      );
      for (const [feature, { row, draw }] of this.#left.of(customerId))
        if (draw) this.#left.put(customerId, feature, { row, draw: undefined });
      const known = this.#remembered.get(customerId);
      if (known) known.draws = new Map();
    },
  };

  /** How a key of a customer was answered first in the last 24 h, or null. */
  answer(customerId: string, key: string, nowMs: number): FirstAnswer | null {
    const known = this.#recall(customerId);
    if (!known) return null;
    const logs = [...known.meters.values()].map(({ answers }) => answers);
    if (this.#spilledOf(customerId, known, nowMs).mayHave(key))
      logs.push(...logsWith(this.#sql, customerId, key, nowMs));
    const found = logs
      .map((log) => findAnswer(log, key))
      .filter((one) => one !== null)
      .filter(({ atMs }) => atMs >= nowMs - KEEP_MS);
    return found.toSorted((one, other) => other.atMs - one.atMs)[0] ?? null;
  }

  /** How long until there is room for one key more of a customer; 0 when there is. */
  keyWaitMs(customerId: string, nowMs: number): number {
    const known = this.#recall(customerId);
    const spilled = known && this.#spilledOf(customerId, known, nowMs);
    if (!spilled || spilled.size < this.#mostKeys) return 0;
    return roomInMs(spilled, nowMs);
  }

  /**
   * The log that a meter goes on with: the same, or an empty one when it got too long. Then it moves
   * to a row of its own, which is one row more in some 30 calls.
   */
  roomIn(customerId: string, log: string, nowMs: number): string {
    if (log.length < MOST_LOG_CHARACTERS) return log;
    const known = this.#recall(customerId);
    const spilled = known ? this.#spilledOf(customerId, known, nowMs) : null;
    moveLog(this.#sql, customerId, log, spilled, nowMs);
    if (known) this.#remembered.set(customerId, known, weightOf(known));
    return '';
  }

  #spilledOf(customerId: string, known: Remembered, nowMs: number): SpilledKeys {
    if (known.spilled) {
      forgetOldKeys(known.spilled, nowMs);
      return known.spilled;
    }
    known.spilled = spilledKeysOf(this.#sql, customerId, nowMs);
    this.#remembered.set(customerId, known, weightOf(known));
    return known.spilled;
  }

  /** The counts of a customer whose period still runs. */
  running(customerId: string, nowMs: number): RunningUsage[] {
    return this.#sql
      .exec<{ [Field in keyof RunningUsage]: RunningUsage[Field] }>(
        `SELECT feature, used_units AS usedUnits, period_start_ms AS periodStartMs,
         period_end_ms AS periodEndMs FROM meter WHERE customer_id = ? AND period_end_ms > ?`,
        customerId,
        nowMs,
      )
      .toArray();
  }

  /** Raises a count to what was used before; the rate window starts empty. */
  resume(customerId: string, usage: RunningUsage): void {
    this.#remembered.delete(customerId);
    this.#sql.exec(
      `INSERT INTO meter (customer_id, feature, used_units, period_start_ms, period_end_ms,
         window_start_ms, window_calls) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)
       ON CONFLICT (customer_id, feature) DO UPDATE SET used_units = max(used_units, ?3) WHERE period_end_ms = ?5`,
      customerId,
      usage.feature,
      usage.usedUnits,
      usage.periodStartMs,
      usage.periodEndMs,
    );
  }

  /** Ends counting for a customer; the counts stay until `erase`. */
  retire(customerId: string, nowMs: number): void {
    this.#remembered.delete(customerId);
    noteGone(this.#sql, customerId, nowMs);
  }

  erase(customerId: string): void {
    this.#remembered.delete(customerId);
    eraseCustomer(this.#sql, customerId);
  }
}

const weightOf = ({ meters, spilled }: Remembered): number =>
  CUSTOMER_BYTES + METER_BYTES * meters.size + (spilled?.bytes ?? 0);

const drawIn = ({ drawn_units: units, drawn_day: day, drawn_ms: atMs }: StoredMeter) =>
  units > 0 ? { units, day, atMs } : undefined;
