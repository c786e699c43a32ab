import type { Webhook, WebhookDelivery } from '@dream/contract';
import { html, type TemplateResult } from 'lit';

const WHY = {
  developer: 'Switched off',
  failing: 'Ended after days of failures',
  gone: 'Answered that it is gone',
} as const;

/** How an endpoint is. */
export function stateBadge({ disabled, disabledReason, failingSinceMs }: Webhook): TemplateResult {
  if (disabled)
    return html`<span class="badge ${disabledReason === 'developer' ? '' : 'bad'}"
      >${WHY[disabledReason ?? 'developer']}</span
    >`;
  return failingSinceMs === null
    ? html`<span class="badge good">Works</span>`
    : html`<span class="badge amber">Failing</span>`;
}

const STATUS = {
  waiting: ['amber', 'Waiting'],
  delivered: ['good', 'Delivered'],
  failed: ['bad', 'Failed'],
} as const;

/** What became of a delivery. */
export function deliveryBadge({ status }: WebhookDelivery): TemplateResult {
  const [kind, words] = STATUS[status];
  return html`<span class="badge ${kind}">${words}</span>`;
}
