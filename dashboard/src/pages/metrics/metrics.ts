import { html, type TemplateResult } from 'lit';
import type { UsageReport } from '../../environment.ts';
import { paths } from '../../paths.ts';
import '../../ui/plot.ts';
import { count, shortCount } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { Page } from '../page.ts';
import { daysOf, usageSeries } from './series.ts';

/** How an environment is doing. */
class MetricsPage extends Page<UsageReport> {
  protected load(signal: AbortSignal): Promise<UsageReport> {
    return this.environment.usage(signal);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Metrics</h1>
        <p>What customers used, day by day.</p>
      </div>
    </div>`;
  }

  protected body(report: UsageReport): TemplateResult {
    if (report.days.length === 0)
      return emptyState(
        'Nothing was used yet',
        'The first metered call of your server shows here within a minute.',
        html`<a class="button primary" href=${paths.integrate(this.projectId, this.context.mode)}
          >Send the first call</a
        >`,
      );
    const days = daysOf(report);
    const plot = {
      title: 'Usage',
      kind: 'bar',
      days,
      series: usageSeries(days, report.days),
      format: count,
      formatShort: shortCount,
    };
    return html`<section class="card" aria-labelledby="usage-title">
      <h2 id="usage-title">Usage</h2>
      <dash-plot .plot=${plot}></dash-plot>
    </section>`;
  }
}
customElements.define('page-metrics', MetricsPage);
