import { givenShipping } from './address.ts';
import { group, metadata, type Params, text } from './form.ts';

/** What parameters say of the payment intent that a session makes. */
export function givenPayment(params: Params): Record<string, unknown> {
  const data = group(params, 'payment_intent_data') ?? {};
  const own = (name: string) => text(data, name) ?? null;
  return {
    capture_method: own('capture_method') ?? 'automatic_async',
    description: own('description'),
    metadata: metadata(data),
    receipt_email: own('receipt_email'),
    setup_future_usage: own('setup_future_usage'),
    shipping: givenShipping(data),
    statement_descriptor: own('statement_descriptor'),
    statement_descriptor_suffix: own('statement_descriptor_suffix'),
  };
}
