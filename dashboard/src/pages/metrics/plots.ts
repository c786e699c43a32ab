import type { MetricDays } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { count, decimalsOf, money, shortCount, shortMoney } from '../../ui/format.ts';
import '../../ui/plot.ts';
import type { PlotOptions } from '../../ui/plot.ts';
import { byWeek, type PlotData } from '../../ui/plot-shape.ts';
import { usageSeries } from './series.ts';

/** Above so many days, bars are of weeks. */
const MOST_BARS = 100;

/** A plot in a card. */
export const plotCard = (plot: PlotOptions, text: string): TemplateResult => {
  const id = `plot-${plot.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return html`<section class="card" aria-labelledby=${id}>
    <div class="stack">
      <h2 id=${id}>${plot.title}</h2>
      ${text ? html`<p class="muted small">${text}</p>` : nothing}
    </div>
    <dash-plot .plot=${plot}></dash-plot>
  </section>`;
};

/** Bars of days, or of weeks where there are too many. */
function bars(data: PlotData): PlotData & { dayWords?: string } {
  return data.days.length > MOST_BARS ? { ...byWeek(data), dayWords: 'Week of' } : data;
}

const inMoney = (currency: string) => ({
  format: (value: number) => money(value, currency),
  formatShort: (value: number) => shortMoney(value, currency),
  csvValue: (value: number) => value / 10 ** decimalsOf(currency),
});
const inNumbers = { format: count, formatShort: shortCount };

const titled = (title: string, currency: string, currencies: readonly string[]) =>
  currencies.length > 1 ? `${title}, ${currency.toUpperCase()}` : title;

/** What subscriptions come to a month: a plot for each currency. */
export function mrrPlots(days: readonly string[], { mrr }: MetricDays): PlotOptions[] {
  const currencies = [...new Set(mrr.map(({ currency }) => currency))];
  const shown = currencies.length > 0 ? currencies : ['usd'];
  return shown.map((currency) => ({
    title: titled('Monthly recurring revenue', currency, currencies),
    kind: 'area',
    days,
    series: [
      {
        id: currency,
        words: currency.toUpperCase(),
        values: valuesOf(
          days,
          mrr.filter((row) => row.currency === currency),
          ({ minor }) => minor,
        ),
      },
    ],
    ...inMoney(currency),
    nothingYet: 'No subscription is paid for yet.',
  }));
}

/** What came in and what was given back: a plot for each currency. */
export function revenuePlots(days: readonly string[], { revenue }: MetricDays): PlotOptions[] {
  const currencies = [...new Set(revenue.map(({ currency }) => currency))];
  const shown = currencies.length > 0 ? currencies : ['usd'];
  return shown.map((currency) => {
    const rows = revenue.filter((row) => row.currency === currency);
    const series = [
      { id: 'subscriptions', words: 'Subscriptions', of: 'subscriptionsMinor' },
      { id: 'orders', words: 'Orders', of: 'ordersMinor' },
    ] as const;
    const isRefunded = rows.some(({ refundedMinor }) => refundedMinor !== 0);
    const refunds = {
      id: 'refunded',
      words: 'Given back',
      values: valuesOf(days, rows, ({ refundedMinor }) => -refundedMinor),
    };
    return {
      ...bars({
        kind: 'bar',
        days,
        series: [
          ...series.map(({ id, words, of }) => ({
            id,
            words,
            values: valuesOf(days, rows, (row) => row[of]),
          })),
          ...(isRefunded ? [refunds] : []),
        ],
      }),
      title: titled('Revenue', currency, currencies),
      ...inMoney(currency),
      nothingYet: 'Nothing was paid in this range.',
    };
  });
}

/** How many subscriptions there were. */
export const subscriptionsPlot = (
  days: readonly string[],
  { subscriptions }: MetricDays,
): PlotOptions => ({
  title: 'Subscriptions',
  kind: 'line',
  days,
  series: [
    { id: 'active', words: 'Active', values: valuesOf(days, subscriptions, (row) => row.active) },
    {
      id: 'trialing',
      words: 'In trial',
      values: valuesOf(days, subscriptions, (row) => row.trialing),
    },
    {
      id: 'past_due',
      words: 'Past due',
      values: valuesOf(days, subscriptions, (row) => row.pastDue),
    },
  ],
  ...inNumbers,
  nothingYet: 'Nobody subscribed yet.',
});

/** Who came. */
export const customersPlot = (
  days: readonly string[],
  { newCustomers }: MetricDays,
): PlotOptions => ({
  ...bars({
    kind: 'bar',
    days,
    series: [
      {
        id: 'customers',
        words: 'New customers',
        values: valuesOf(days, newCustomers, ({ customers }) => customers),
      },
    ],
  }),
  title: 'New customers',
  ...inNumbers,
  nothingYet: 'Nobody signed up in this range.',
});

/** What was used, by feature. */
export const usagePlot = (days: readonly string[], { usage }: MetricDays): PlotOptions => ({
  ...bars({ kind: 'bar', days, series: usageSeries(days, usage) }),
  title: 'Usage',
  ...inNumbers,
  nothingYet:
    'Nothing was counted in this range. The first metered call of your server shows here.',
});

/** A value for each day, nothing for those that are left out. */
function valuesOf<T extends { day: string }>(
  days: readonly string[],
  rows: readonly T[],
  of: (row: T) => number,
): number[] {
  const values = new Map(rows.map((row) => [row.day, of(row)]));
  // Nothing is not below nothing.
  return days.map((day) => values.get(day) || 0);
}
