import { ordersOfVisitor } from './order.store.ts';

/** What one guest may begin: open at the same time, and unpaid within a day. */
const GUEST_BOUNDS = { open: 3, unpaid: 10, windowMs: 86_400_000 } as const;

/** Whether a guest may begin one more order. */
export function mayBegin(sql: SqlStorage, visitor: string, nowMs: number): boolean {
  const sinceMs = nowMs - GUEST_BOUNDS.windowMs;
  const { open, unpaid } = ordersOfVisitor(sql, visitor, sinceMs);
  return open < GUEST_BOUNDS.open && unpaid < GUEST_BOUNDS.unpaid;
}

/** Forgets from which addresses guests began orders, once that no longer limits them. */
export function forgetVisitors(sql: SqlStorage, nowMs: number): void {
  sql.exec(
    'UPDATE store_order SET visitor = NULL WHERE visitor IS NOT NULL AND created_ms <= ?',
    nowMs - GUEST_BOUNDS.windowMs,
  );
}
