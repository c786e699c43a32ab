import type { Dashboard, NearLimit, RecentEvent, TierCount, TopCustomer } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import './metrics.css';
import { rangeIn, rangeQuery } from '../../metrics-range.ts';
import { paths } from '../../paths.ts';
import { count, day, instant, money, share } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { dayWords } from '../../ui/plot.ts';
import { type Head, table } from '../../ui/table.ts';
import { Page } from '../page.ts';
import { figureList } from './figures.ts';
import { picker } from './picker.ts';
import {
  customersPlot,
  mrrPlots,
  plotCard,
  revenuePlots,
  subscriptionsPlot,
  usagePlot,
} from './plots.ts';
import { daysOf } from './series.ts';

/** How an environment is doing. */
class MetricsPage extends Page<Dashboard> {
  readonly #range = rangeIn(location.search);

  protected load(signal: AbortSignal): Promise<Dashboard> {
    return this.environment.dashboard(rangeQuery(this.#range), signal);
  }

  protected head(): TemplateResult {
    const { range } = this.data ?? {};
    return html`<div class="page-head">
      <div>
        <h1>Metrics</h1>
        <p>
          ${range ? html`${dayWords(range.from)} to ${dayWords(range.to)}, ${range.timeZone}` : 'How this environment is doing.'}
        </p>
      </div>
      ${picker(this.#range, range ?? null)}
    </div>`;
  }

  protected body(dashboard: Dashboard): TemplateResult {
    const { projectId: project } = this;
    const { mode } = this.context;
    const { metrics, customers, tiers, orders, events } = dashboard;
    const days = daysOf(dashboard.range);
    const places: Places = {
      customer: (id) => paths.customer(project, mode, id),
      order: (id) => paths.order(project, mode, id),
    };
    if (customers.total === 0 && events.length === 0)
      return emptyState(
        'No customer yet',
        'Put the sign-up on your site, or make a customer by an API call: what they buy and use shows here.',
        html`<a class="button primary" href=${paths.integrate(project, mode)}>Integrate</a>`,
      );
    return html`
      ${figureList(metrics)}
      <div class="plots">
        ${mrrPlots(days, dashboard.days).map((plot) => plotCard(plot, 'Prices of active and past due subscriptions, a twelfth of yearly ones. Without trials, discounts, tax and overage.'))}
        ${revenuePlots(days, dashboard.days).map((plot) => plotCard(plot, 'What was charged, and below the line what was given back, on the day it was.'))}
        ${plotCard(subscriptionsPlot(days, dashboard.days), '')}
        ${plotCard(customersPlot(days, dashboard.days), '')}
        ${plotCard(usagePlot(days, dashboard.days), 'Units counted, by feature.')}
      </div>
      <div class="lists">
        ${nearLimits(customers.nearLimit, places)} ${topCustomers(customers.top, places)}
        ${tierCounts(tiers)} ${recent(events, places)}
        ${orders.length > 0 ? recentOrders(orders, places) : nothing}
      </div>
    `;
  }
}
customElements.define('page-metrics', MetricsPage);

/** Where the page of a customer is, and that of an order. */
interface Places {
  customer: (id: string) => string;
  order: (id: string) => string;
}

const named = (
  { email, externalId, id }: Pick<NearLimit, 'email' | 'externalId' | 'id'>,
  { customer }: Places,
) => html`<a href=${customer(id)}>${email ?? externalId ?? html`<code>${id}</code>`}</a>`;

/** A list in a card, or one sentence in its place. */
const tableCard = (
  title: string,
  heads: readonly Head[],
  rows: readonly TemplateResult[],
  nothingThere: string,
): TemplateResult => {
  const id = `list-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  if (rows.length === 0)
    return html`<section class="card" aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      <p class="muted">${nothingThere}</p>
    </section>`;
  return html`<section class="card table-card" aria-labelledby=${id}>
    <h2 class="table-title" id=${id}>${title}</h2>
    ${table(heads, rows)}
  </section>`;
};

const nearLimits = (list: readonly NearLimit[], places: Places): TemplateResult =>
  tableCard(
    'Near their limit',
    ['Customer', 'Feature', { number: 'Used' }, 'Resets'],
    list.map(
      (one) => html`<tr>
        <td data-label="Customer"><div>${named(one, places)} <span class="muted small">${one.plan}</span></div></td>
        <td data-label="Feature">${one.feature}</td>
        <td data-label="Used" class="number nowrap">
          <div>
            ${count(one.usedUnits)} of ${count(one.limitUnits)}
            <span class="badge ${one.usedUnits >= one.limitUnits ? 'bad' : 'amber'}"
              >${share(one.usedUnits / one.limitUnits)}</span
            >
          </div>
        </td>
        <td data-label="Resets" class="nowrap">${day(one.resetsAtMs)}</td>
      </tr>`,
    ),
    'Nobody has used 80 % of a limit. Who does is named here within a minute: a good moment to offer more.',
  );

const topCustomers = (list: readonly TopCustomer[], places: Places): TemplateResult =>
  tableCard(
    'Who used most this month',
    ['Customer', 'Feature', { number: 'Units' }],
    list.map(
      (one) => html`<tr>
        <td data-label="Customer">${named(one, places)}</td>
        <td data-label="Feature">${one.feature}</td>
        <td data-label="Units" class="number">${count(one.units)}</td>
      </tr>`,
    ),
    'Nothing was used in the month in which the range ends.',
  );

const tierCounts = (list: readonly TierCount[]): TemplateResult =>
  tableCard(
    'Customers by tier',
    ['Tier', { number: 'Customers' }],
    list.map(
      ({ name, displayName, customers, archived }) => html`<tr>
        <td data-label="Tier">
          <div>${displayName} <code class="muted">${name}</code> ${archived ? html`<span class="badge">archived</span>` : nothing}</div>
        </td>
        <td data-label="Customers" class="number">${count(customers)}</td>
      </tr>`,
    ),
    'There is no tier yet.',
  );

const WORDS: Record<RecentEvent['type'], string> = {
  'customer.created': 'A customer signed up',
  'subscription.started': 'A subscription began',
  'subscription.ended': 'A subscription ended',
  'payment.succeeded': 'A payment arrived',
  'order.paid': 'An order was paid',
};

const linked = (subject: string, href: string | null): TemplateResult => {
  const id = html`<code class="subject">${subject}</code>`;
  return href === null ? id : html`<a href=${href}>${id}</a>`;
};

/** Where more is said of what happened: at the order, or else at the customer, if there is one. */
function pageOf(
  type: RecentEvent['type'],
  subject: string,
  customerId: string | null,
  places: Places,
): string | null {
  if (type === 'order.paid') return places.order(subject);
  return customerId === null ? null : places.customer(customerId);
}

const recent = (events: readonly RecentEvent[], places: Places): TemplateResult =>
  tableCard(
    'Lately',
    ['When', 'What', 'Of'],
    events.slice(0, 10).map(
      ({ type, subject, customerId, atMs }) => html`<tr>
        <td data-label="When" class="nowrap">${instant(atMs)}</td>
        <td data-label="What">${WORDS[type]}</td>
        <td data-label="Of">${linked(subject, pageOf(type, subject, customerId, places))}</td>
      </tr>`,
    ),
    'Nothing happened yet.',
  );

const recentOrders = (orders: Dashboard['orders'], places: Places): TemplateResult =>
  tableCard(
    'Last orders',
    ['Number', 'Status', { number: 'Total' }, 'Made'],
    orders.map(
      ({ id, number, status, totalMinor, currency, createdAtMs }) => html`<tr>
        <td data-label="Number"><a href=${places.order(id)}>#${number}</a></td>
        <td data-label="Status"><span class="badge">${status.replaceAll('_', ' ')}</span></td>
        <td data-label="Total" class="number">${money(totalMinor, currency)}</td>
        <td data-label="Made" class="nowrap">${instant(createdAtMs)}</td>
      </tr>`,
    ),
    '',
  );
