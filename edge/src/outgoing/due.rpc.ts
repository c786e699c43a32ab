/** When the first delivery can be made: due, and its endpoint not busy. Null when nothing waits. */
export function nextDeliveryMs(sql: SqlStorage): number | null {
  return sql
    .exec<{ at_ms: number | null }>(
      `SELECT min(max(busy_until_ms, due_ms)) AS at_ms FROM (
         SELECT busy_until_ms, (
           SELECT min(due_ms) FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'waiting'
         ) AS due_ms FROM webhook WHERE disabled_ms IS NULL
       ) WHERE due_ms IS NOT NULL`,
    )
    .one().at_ms;
}

/** Whether a webhook wants to be told of usage: shards note nothing that nobody would hear. */
export function isUsageTold(sql: SqlStorage): boolean {
  const found = sql.exec(
    "SELECT 1 FROM webhook WHERE disabled_ms IS NULL AND (events IS NULL OR events LIKE '%\"usage.%' OR events LIKE '%\"credits.%') LIMIT 1",
  );
  return found.toArray().length > 0;
}
