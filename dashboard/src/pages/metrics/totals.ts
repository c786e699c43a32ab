import type { DashboardTotals, MoneyFigure } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import './metrics.css';
import { projectsApi } from '../../environment.ts';
import { rangeIn, rangeQuery } from '../../metrics-range.ts';
import { paths } from '../../paths.ts';
import { count, money } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { dayWords } from '../../ui/plot.ts';
import { table } from '../../ui/table.ts';
import { Page } from '../page.ts';
import { figureList } from './figures.ts';
import { picker } from './picker.ts';
import { customersPlot, mrrPlots, plotCard, revenuePlots, subscriptionsPlot } from './plots.ts';
import { daysOf } from './series.ts';

/** How all projects of an account are doing together; live and test each have a page. */
class TotalsPage extends Page<DashboardTotals> {
  readonly #range = rangeIn(location.search);
  readonly #mode = location.pathname.endsWith('/test') ? 'test' : 'live';

  protected load(signal: AbortSignal): Promise<DashboardTotals> {
    return projectsApi(this.context.call).totals(rangeQuery(this.#range), this.#mode, signal);
  }

  protected head(): TemplateResult {
    const { range } = this.data ?? {};
    const link = (mode: 'test' | 'live', words: string) =>
      html`<a
        class=${mode}
        href=${paths.totals(mode) + location.search}
        aria-current=${mode === this.#mode ? 'true' : nothing}
        >${words}</a
      >`;
    return html`<div class="page-head">
      <div>
        <h1>${this.#mode === 'test' ? 'Totals in test mode' : 'Totals'}</h1>
        <p>
          ${range ? html`All your projects, ${dayWords(range.from)} to ${dayWords(range.to)}` : 'All your projects together.'}
        </p>
      </div>
      <div class="buttons">
        <div class="modes totals-modes" role="group" aria-label="Mode">
          ${link('test', 'Test')}${link('live', 'Live')}
        </div>
        ${picker(this.#range, range ?? null)}
      </div>
    </div>`;
  }

  protected body(totals: DashboardTotals): TemplateResult {
    const { metrics, projects, unavailable } = totals;
    const names = new Map(this.context.projects.map(({ id, name }) => [id, name]));
    if (projects.length === 0 && unavailable.length === 0)
      return emptyState(
        'No project yet',
        'With your first project its numbers show here, and those of every other beside them.',
        html`<a class="button primary" href=${paths.newProject()}>New project</a>`,
      );
    const days = daysOf(totals.range);
    return html`
      ${
        unavailable.length > 0
          ? html`<div class="alert amber" role="status">
              <p>
                Not in these numbers, for they did not answer:
                ${unavailable.map((id) => names.get(id) ?? id).join(', ')}.
              </p>
              <div class="buttons">
                <button class="button" type="button" @click=${() => void this.reload()}>
                  Try again
                </button>
              </div>
            </div>`
          : nothing
      }
      ${figureList(metrics)}
      <div class="plots">
        ${mrrPlots(days, totals.days).map((plot) => plotCard(plot, ''))}
        ${revenuePlots(days, totals.days).map((plot) => plotCard(plot, ''))}
        ${plotCard(subscriptionsPlot(days, totals.days), '')}
        ${plotCard(customersPlot(days, totals.days), '')}
      </div>
      <section class="card table-card" aria-labelledby="projects-title">
        <h2 class="table-title" id="projects-title">By project</h2>
        ${table(
          [
            'Project',
            { number: 'MRR' },
            { number: 'Revenue' },
            { number: 'Active' },
            { number: 'New customers' },
          ],
          projects.map((project) => this.#row(project)),
        )}
      </section>
    `;
  }

  #row({ id, name, metrics }: DashboardTotals['projects'][number]): TemplateResult {
    return html`<tr>
      <td data-label="Project">
        <a href=${paths.metrics(id, this.#mode) + rangeQuery(this.#range)}>${name}</a>
      </td>
      <td data-label="MRR" class="number">${amounts(metrics.mrr)}</td>
      <td data-label="Revenue" class="number">${amounts(metrics.revenue)}</td>
      <td data-label="Active" class="number">${count(metrics.active.now)}</td>
      <td data-label="New customers" class="number">${count(metrics.newCustomers.now)}</td>
    </tr>`;
  }
}
customElements.define('page-totals', TotalsPage);

const amounts = (figures: readonly MoneyFigure[]): string =>
  figures.map(({ currency, nowMinor }) => money(nowMinor, currency)).join(', ') || '–';
