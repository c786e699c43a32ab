import type { Order } from '@dream/contract/orders';

/** Currencies without a minor unit, those of three decimals, and the others. Source: ISO 4217, Stripe. */
const NO_DECIMALS = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
);
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));

/** An amount of minor units as a decimal number: 1999 of usd is 19.99. */
export function decimal(minor: number, currency: string): string {
  const digits = NO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;
  return (minor / 10 ** digits).toFixed(digits);
}

/** What a spreadsheet would run, or take for a number that it is not. */
// eslint-disable-next-line no-control-regex -- control characters are among what this finds
const RUNS = /^[\s\u0000-\u001f]*[=+\-@|%\t\r\uff1d\uff0b\uff0d\uff20]/u;

/**
 * A text as a cell. One that a spreadsheet would run as a formula gets an apostrophe in front, and
 * every one is quoted, so that separators, quotes and line breaks are text.
 */
export function cell(text: string): string {
  const safe = RUNS.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

const COLUMNS: readonly [string, (order: Order) => string | number | null][] = [
  ['number', (order) => order.number],
  ['id', (order) => order.id],
  ['status', (order) => order.status],
  ['created', (order) => instant(order.createdAtMs)],
  ['paid', (order) => instant(order.paidAtMs)],
  ['currency', (order) => order.currency.toUpperCase()],
  ['subtotal', (order) => decimal(order.subtotalMinor, order.currency)],
  ['discount', (order) => decimal(order.discountMinor, order.currency)],
  ['shipping', (order) => decimal(order.shippingMinor, order.currency)],
  ['tax', (order) => decimal(order.taxMinor, order.currency)],
  ['total', (order) => decimal(order.totalMinor, order.currency)],
  ['refunded', (order) => decimal(order.refundedMinor, order.currency)],
  ['items', (order) => order.lines.map(({ quantity, name }) => `${quantity} × ${name}`).join('; ')],
  ['customer', (order) => order.customerId],
  ['email', (order) => order.email],
  ['name', (order) => order.name],
  ['phone', (order) => order.phone],
  ['ship_to', (order) => order.shippingAddress?.name ?? null],
  ['line1', (order) => order.shippingAddress?.line1 ?? null],
  ['line2', (order) => order.shippingAddress?.line2 ?? null],
  ['city', (order) => order.shippingAddress?.city ?? null],
  ['state', (order) => order.shippingAddress?.state ?? null],
  ['postal_code', (order) => order.shippingAddress?.postalCode ?? null],
  ['country', (order) => order.shippingAddress?.country ?? null],
  ['fulfilled', (order) => instant(order.fulfilled?.atMs ?? null)],
  ['carrier', (order) => order.fulfilled?.carrier ?? null],
  ['tracking_url', (order) => order.fulfilled?.trackingUrl ?? null],
  ['payment_intent', (order) => order.paymentIntentId],
];

const instant = (atMs: number | null): string | null =>
  atMs === null ? null : new Date(atMs).toISOString();

/** The first row. */
export const CSV_HEAD = `${COLUMNS.map(([name]) => cell(name)).join(',')}\r\n`;

/** An order as a row. */
export function csvRow(order: Order): string {
  return `${COLUMNS.map(([, of]) => cell(String(of(order) ?? ''))).join(',')}\r\n`;
}
