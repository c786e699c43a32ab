/** The feature whose overage one of our prices bills, also one that is no longer sold. */
export function featureOfOverage(sql: SqlStorage, stripePriceId: string): string | null {
  const [row] = sql
    .exec<{ feature: string }>(
      'SELECT feature FROM overage_price WHERE stripe_price_id = ?',
      stripePriceId,
    )
    .toArray();
  return row?.feature ?? null;
}

/** Every overage price Stripe has of us. */
export function knownOveragePrices(sql: SqlStorage): string[] {
  return sql
    .exec<{ id: string }>(
      'SELECT stripe_price_id AS id FROM overage_price WHERE stripe_price_id IS NOT NULL',
    )
    .toArray()
    .map(({ id }) => id);
}
