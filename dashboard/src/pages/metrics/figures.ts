import type { Metrics, MoneyFigure } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { change } from '../../metrics-range.ts';
import { count, roundMoney, share } from '../../ui/format.ts';

/** One headline number. `isGood` says which way is good news; neither, where nothing is said of it. */
export interface Headline {
  words: string;
  value: string;
  now: number;
  before: number;
  good?: 'up' | 'down';
  /** In points of a hundred, where the number is a rate. */
  isRate?: boolean;
  hint?: string;
}

/** A number, and how it changed against the range before. */
export function headline({
  words,
  value,
  now,
  before,
  good,
  isRate,
  hint,
}: Headline): TemplateResult {
  const by = isRate ? now - before : change(now, before);
  const way = by === null || by === 0 ? '' : by > 0 === (good === 'up') ? 'up' : 'down';
  const tone = good === undefined ? '' : way;
  return html`<div class="figure">
    <dt>${words}</dt>
    <dd>
      <div class="value">${value}</div>
      <div class="change ${tone}">${changeWords(by, isRate === true, now, before)}</div>
      ${hint ? html`<div class="small muted">${hint}</div>` : nothing}
    </dd>
  </div>`;
}

function changeWords(
  by: number | null,
  isRate: boolean,
  now: number,
  before: number,
): TemplateResult | string {
  if (by === null) return now === before ? 'as before' : 'none before';
  if (by === 0) return 'as before';
  const much = isRate ? `${(Math.abs(by) * 100).toFixed(1)} points` : share(Math.abs(by));
  return html`<span aria-hidden="true">${by > 0 ? '↑' : '↓'}</span> ${much}<span
      class="visually-hidden"
    >
      ${by > 0 ? 'more' : 'less'} than in the range before</span
    >`;
}

const amounts = (words: string, figures: readonly MoneyFigure[], hint?: string): Headline[] => {
  const shown = figures.length > 0 ? figures : [{ currency: 'usd', nowMinor: 0, beforeMinor: 0 }];
  return shown.map(({ currency, nowMinor, beforeMinor }) => ({
    words: figures.length > 1 ? `${words}, ${currency.toUpperCase()}` : words,
    value: roundMoney(nowMinor, currency),
    now: nowMinor,
    before: beforeMinor,
    good: 'up' as const,
    ...(hint && { hint }),
  }));
};

const number = (words: string, figure: { now: number; before: number }, good?: 'up' | 'down') => ({
  words,
  value: count(figure.now),
  ...figure,
  ...(good && { good }),
});

/** The numbers that a range is headed by; `isShort` leaves the most important ones. */
export function headlines(metrics: Metrics, isShort = false): Headline[] {
  const { now, before } = metrics.churn;
  const first = [
    ...amounts('MRR', metrics.mrr),
    ...amounts('Revenue', metrics.revenue),
    number('Active subscriptions', metrics.active, 'up'),
    number('New customers', metrics.newCustomers, 'up'),
  ];
  if (isShort) return first;
  return [
    ...first,
    number('In trial', metrics.trialing),
    number('Past due', metrics.pastDue, 'down'),
    number('Set to end', metrics.cancelling, 'down'),
    {
      words: 'Churn',
      value: now.rate === null ? '–' : share(now.rate),
      now: now.rate ?? 0,
      before: before.rate ?? 0,
      good: 'down',
      isRate: true,
      hint: `${count(now.ended)} of ${count(now.atStart)} ended`,
    },
  ];
}

/** The headline numbers as a list. */
export const figureList = (metrics: Metrics, isShort = false): TemplateResult =>
  html`<dl class="figures">${headlines(metrics, isShort).map(headline)}</dl>`;
