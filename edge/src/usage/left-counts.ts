import type { MeterName } from './day.ts';

/**
 * Counts that calls which share a transaction have left to its end, to be written once however many of
 * them changed one: the newest by meter. What a call changed can be undone until the next one begins.
 */
export class LeftCounts<Row> {
  readonly #customers = new Map<string, Map<string, Row>>();
  readonly #before: (MeterName & { row: Row | undefined })[] = [];

  /** A call begins. */
  begin(): void {
    this.#before.length = 0;
  }

  /** Leaves a count of the call that began. */
  put(customerId: string, feature: string, row: Row): void {
    const rows = this.#customers.get(customerId) ?? new Map<string, Row>();
    this.#before.push({ customerId, feature, row: rows.get(feature) });
    this.#customers.set(customerId, rows.set(feature, row));
  }

  /** Leaves everything as it was when the call began. */
  undo(): void {
    for (const { customerId, feature, row } of this.#before.splice(0).toReversed())
      if (row === undefined) this.#customers.get(customerId)?.delete(feature);
      else this.#customers.get(customerId)?.set(feature, row);
  }

  /** What was left of a customer, by feature. */
  of(customerId: string): Iterable<readonly [string, Row]> {
    return this.#customers.get(customerId) ?? [];
  }

  /** Hands over everything that was left, to be written, and forgets it. */
  take(write: (customerId: string, feature: string, row: Row) => void): void {
    for (const [customerId, rows] of this.#customers)
      for (const [feature, row] of rows) write(customerId, feature, row);
    this.clear();
  }

  /** Forgets everything. */
  clear(): void {
    this.#customers.clear();
    this.#before.length = 0;
  }
}
