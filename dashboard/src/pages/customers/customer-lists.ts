import type { CustomerEvent, CustomerSession, Order, Payment } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { instant, money } from '../../ui/format.ts';
import { table } from '../../ui/table.ts';

/** Where a customer is signed in, and the way to end it. */
export const sessionsCard = (
  sessions: readonly CustomerSession[],
  busy: string | null,
  signOut: (session: string | null) => void,
): TemplateResult => html`<section class="card table-card" aria-labelledby="sessions-title">
  <div class="card-head padded">
    <h2 id="sessions-title">Signed in</h2>
    ${
      sessions.length === 0
        ? nothing
        : html`<button
            class="button"
            type="button"
            aria-disabled=${String(busy !== null)}
            @click=${() => signOut(null)}
          >
            Sign out everywhere
          </button>`
    }
  </div>
  ${
    sessions.length === 0
      ? nothingYet('Nowhere at the moment.')
      : table(
          ['Device', 'Since', 'Last used', ''],
          sessions.map(
            ({ id, device, createdAtMs, lastUsedAtMs }) =>
              html`<tr>
                <td data-label="Device">${device ?? 'Unknown device'}</td>
                <td data-label="Since">${instant(createdAtMs)}</td>
                <td data-label="Last used">${instant(lastUsedAtMs)}</td>
                <td class="actions">
                  <div class="buttons">
                    <button
                      class="button quiet"
                      type="button"
                      aria-label="Sign out ${device ?? 'the unknown device'}"
                      aria-disabled=${String(busy !== null)}
                      @click=${() => signOut(id)}
                    >
                      Sign out
                    </button>
                  </div>
                </td>
              </tr>`,
          ),
        )
  }
</section>`;

const ORDER_KIND: Readonly<Partial<Record<Order['status'], string>>> = {
  paid: 'good',
  processing: 'amber',
  pending: 'amber',
  failed: 'bad',
};

/** What a customer bought in the store, newest first, each a link to where `href` says it is. */
export const ordersCard = (
  orders: readonly Order[],
  href: (order: string) => string,
): TemplateResult => html`<section
  class="card table-card"
  aria-labelledby="orders-title"
>
  <div class="padded"><h2 id="orders-title">Orders</h2></div>
  ${
    orders.length === 0
      ? nothingYet('Nothing was ordered in the store.')
      : table(
          ['Order', 'When', 'What', 'Total', 'State'],
          orders.map(
            ({ id, number, createdAtMs, lines, totalMinor, currency, status }) =>
              html`<tr>
                <td data-label="Order" class="nowrap"><a href=${href(id)}>#${number}</a></td>
                <td data-label="When" class="nowrap">${instant(createdAtMs)}</td>
                <td data-label="What">
                  <div class="anywhere">
                    ${lines.map(({ quantity, name }, at) => html`${at ? html`<br />` : nothing}${quantity} × ${name}`)}
                  </div>
                </td>
                <td data-label="Total" class="nowrap">${money(totalMinor, currency)}</td>
                <td data-label="State">
                  <span class="badge ${ORDER_KIND[status] ?? ''}">${status.replaceAll('_', ' ')}</span>
                </td>
              </tr>`,
          ),
        )
  }
</section>`;

const PAYMENT_KIND = { succeeded: 'good', pending: 'amber', failed: 'bad' } as const;

/** What a customer paid for subscriptions, newest first; nothing where nothing was. */
export const paymentsCard = (payments: readonly Payment[]): TemplateResult | typeof nothing =>
  payments.length === 0
    ? nothing
    : html`<section class="card table-card" aria-labelledby="payments-title">
        <div class="padded"><h2 id="payments-title">Payments</h2></div>
        ${table(
          ['When', 'Amount', 'State', 'More'],
          payments.map(
            ({ createdAtMs, amountMinor, refundedMinor, currency, status, failure, dispute }) =>
              html`<tr>
                <td data-label="When" class="nowrap">${instant(createdAtMs)}</td>
                <td data-label="Amount" class="nowrap">${money(amountMinor, currency)}</td>
                <td data-label="State">
                  <span class="badge ${PAYMENT_KIND[status]}">${status}</span>
                </td>
                <td data-label="More">
                  ${
                    [
                      refundedMinor > 0 ? `${money(refundedMinor, currency)} given back` : '',
                      failure ?? '',
                      dispute === null ? '' : `in dispute: ${dispute}`,
                    ]
                      .filter(Boolean)
                      .join(', ') || '–'
                  }
                </td>
              </tr>`,
          ),
        )}
      </section>`;

/** What happened to a customer, as far as it is kept. */
export const eventsCard = (events: readonly CustomerEvent[]): TemplateResult => html`<section
  class="card table-card"
  aria-labelledby="events-title"
>
  <div class="padded"><h2 id="events-title">What happened</h2></div>
  ${
    events.length === 0
      ? nothingYet('What is done here, and what your webhooks are told, will be listed.')
      : table(
          ['When', 'What', 'By'],
          events.map(
            ({ atMs, type, by }) =>
              html`<tr>
                <td data-label="When" class="nowrap">${instant(atMs)}</td>
                <td data-label="What"><code>${type}</code></td>
                <td data-label="By">${byWhom(by)}</td>
              </tr>`,
          ),
        )
  }
</section>`;

function byWhom(by: string | null): TemplateResult | string {
  if (by === null) return 'outside the dashboard';
  if (by.startsWith('operator')) return 'dream';
  return html`a developer <code class="muted">${by.split(' ').at(-1) ?? by}</code>`;
}

const nothingYet = (words: string): TemplateResult => html`<p class="muted padded">${words}</p>`;
