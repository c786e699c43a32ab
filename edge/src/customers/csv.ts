import type { Customer } from '@dream/contract';
import { cell, decimal } from '../orders/csv.ts';

const COLUMNS: readonly [string, (customer: Customer) => string | null | boolean][] = [
  ['id', ({ id }) => id],
  ['own_id', ({ externalId }) => externalId],
  ['email', ({ email }) => email],
  ['email_verified', ({ emailVerified }) => emailVerified],
  ['first_name', ({ firstName }) => firstName],
  ['last_name', ({ lastName }) => lastName],
  ['plan', ({ plan }) => plan],
  ['plan_from', ({ planSource }) => planSource],
  ['subscription', ({ subscription }) => subscription?.status ?? null],
  ['price', ({ subscription }) => priceOf(subscription)],
  ['currency', ({ subscription }) => subscription?.price?.currency.toUpperCase() ?? null],
  ['interval', ({ subscription }) => subscription?.price?.interval ?? null],
  ['renews', ({ subscription }) => instant(subscription?.renewsAtMs)],
  ['ends', ({ subscription }) => instant(subscription?.endsAtMs)],
  ['banned', ({ banned }) => banned],
  ['created', ({ createdAtMs }) => instant(createdAtMs)],
];

const priceOf = (subscription: Customer['subscription']): string | null => {
  const price = subscription?.price;
  return price ? decimal(price.priceMinor, price.currency) : null;
};

const instant = (atMs: number | null | undefined): string | null =>
  typeof atMs === 'number' ? new Date(atMs).toISOString() : null;

/** The first row. */
export const CSV_HEAD = `${COLUMNS.map(([name]) => cell(name)).join(',')}\r\n`;

/** A customer as a row. */
export const csvRow = (customer: Customer): string =>
  `${COLUMNS.map(([, of]) => cell(String(of(customer) ?? ''))).join(',')}\r\n`;
