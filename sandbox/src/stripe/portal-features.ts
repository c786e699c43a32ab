import { flag, group, list, type Params, strings, text } from './form.ts';

/** What a portal's configuration allows: what was asked for, and Stripe's defaults for the rest. */
export function portalFeatures(given: Params): Record<string, unknown> {
  const feature = (name: string) => group(given, name) ?? {};
  const enabled = (name: string) => ({ enabled: flag(feature(name), 'enabled') ?? false });
  const cancel = feature('subscription_cancel');
  const reason = group(cancel, 'cancellation_reason') ?? {};
  const update = feature('subscription_update');
  return {
    customer_update: {
      ...enabled('customer_update'),
      allowed_updates: strings(feature('customer_update'), 'allowed_updates'),
    },
    invoice_history: enabled('invoice_history'),
    payment_method_update: {
      ...enabled('payment_method_update'),
      payment_method_configuration: null,
    },
    subscription_cancel: {
      ...enabled('subscription_cancel'),
      cancellation_reason: {
        enabled: flag(reason, 'enabled') ?? false,
        feedback_options: null,
        options: strings(reason, 'options'),
      },
      mode: text(cancel, 'mode') ?? 'at_period_end',
      proration_behavior: text(cancel, 'proration_behavior') ?? 'none',
    },
    subscription_pause: {
      ...enabled('subscription_pause'),
      duration: { interval_options: [], type: 'indefinite' },
    },
    subscription_update: {
      ...enabled('subscription_update'),
      billing_cycle_anchor: text(update, 'billing_cycle_anchor') ?? null,
      default_allowed_updates: strings(update, 'default_allowed_updates'),
      products: list(update, 'products').map((product) => ({
        adjustable_quantity: { enabled: false, maximum: null, minimum: 1 },
        prices: strings(product, 'prices'),
        product: text(product, 'product'),
      })),
      proration_behavior: text(update, 'proration_behavior') ?? 'none',
      schedule_at_period_end: {
        conditions: list(group(update, 'schedule_at_period_end') ?? {}, 'conditions').map(
          (one) => ({
            type: text(one, 'type'),
          }),
        ),
      },
      trial_update_behavior: text(update, 'trial_update_behavior') ?? 'end_trial',
    },
  };
}
