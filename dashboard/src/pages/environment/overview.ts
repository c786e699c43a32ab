import type { Dashboard } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { checklist, type Setup, type Step } from '../../checklist.ts';
import { paths } from '../../paths.ts';
import { secretBlock } from '../../ui/copy-button.ts';
import { icons } from '../../ui/icons.ts';
import { figureList } from '../metrics/figures.ts';
import '../metrics/metrics.css';
import { Page } from '../page.ts';

/** What stands on the page; without the numbers where they could not be read. */
type Overview = Setup & { publishableKey: string; dashboard: Dashboard | null };

/** What an environment has, what is left to do, and how it is doing. */
class OverviewPage extends Page<Overview> {
  protected async load(signal: AbortSignal): Promise<Overview> {
    const { environment } = this;
    const [keys, origins, tiers, connection, dashboard] = await Promise.all([
      environment.keys(signal),
      environment.origins(signal),
      environment.tiers(signal),
      environment.connection(signal),
      // The checklist is of use without the numbers, too.
      environment.dashboard('?range=30d', signal).catch(() => null),
    ]);
    const { projectId: project } = this;
    const setup = { ...keys, ...origins, ...tiers, ...connection };
    return { project, mode: this.context.mode, ...setup, dashboard };
  }

  protected head(): TemplateResult {
    const { project, mode } = this.context;
    return html`<div class="page-head">
      <div>
        <h1>${project?.name ?? 'Overview'}</h1>
        <p>${mode === 'test' ? 'The test environment: build here, with test cards.' : 'The live environment: real visitors and real money.'}</p>
      </div>
    </div>`;
  }

  protected body(setup: Overview): TemplateResult {
    const steps = checklist(setup);
    const counted = steps.slice(0, -1);
    const done = counted.filter((step) => step.done).length;
    return html`
      ${this.#numbers(setup.dashboard)}
      <section class="card" aria-labelledby="steps-title">
        <div class="card-head">
          <h2 id="steps-title">${done === counted.length ? 'Ready to sell' : 'On the way to your first sale'}</h2>
          <span class="muted small">${done} of ${counted.length} done</span>
        </div>
        <progress class="progress" max=${counted.length} value=${done} aria-label="Done"></progress>
        <ol class="steps">
          ${steps.map(row)}
        </ol>
      </section>
      <div class="columns">
        <section class="card" aria-labelledby="pk-title">
          <h2 id="pk-title">Publishable key</h2>
          <p class="muted">For your pages. Anybody may read it.</p>
          ${secretBlock(setup.publishableKey, 'the publishable key')}
        </section>
        <section class="card" aria-labelledby="tiers-title">
          <div class="card-head">
            <h2 id="tiers-title">Tiers</h2>
            <a class="small" href=${paths.tiers(setup.project, setup.mode)}>All tiers</a>
          </div>
          ${
            setup.tiers.length === 0
              ? html`<p class="muted">None yet: visitors who sign up need one to be on.</p>`
              : html`<p>${tiersNamed(setup.tiers.map(({ displayName }) => displayName))}</p>`
          }
        </section>
      </div>
    `;
  }

  /** The most important numbers, once there is a customer to count. */
  #numbers(dashboard: Dashboard | null): TemplateResult | typeof nothing {
    if (!dashboard || dashboard.customers.total === 0) return nothing;
    const near = dashboard.customers.nearLimit.length;
    const more = paths.metrics(this.projectId, this.context.mode);
    return html`<section class="stack" aria-labelledby="numbers-title">
      <div class="card-head">
        <h2 id="numbers-title">The last 30 days</h2>
        <a class="small" href=${more}>All metrics</a>
      </div>
      ${figureList(dashboard.metrics, true)}
      ${
        near > 0
          ? html`<p class="small">
              <a href=${more}>${near === 1 ? 'One customer is' : `${near} customers are`} near a limit</a>
            </p>`
          : nothing
      }
    </section>`;
  }
}
customElements.define('page-overview', OverviewPage);

/** How many tiers are named; of very many the others are counted. */
const NAMED = 8;

const tiersNamed = (names: readonly string[]): string =>
  names.length <= NAMED
    ? names.join(', ')
    : `${names.slice(0, NAMED - 1).join(', ')} and ${names.length - NAMED + 1} more`;

const row = ({ title, text, href, action, done }: Step): TemplateResult => html`<li
  class=${done ? 'done' : ''}
>
  <span class="mark">${icons.check}</span>
  <div>
    <h3>${title}${done ? html`<span class="visually-hidden">, done</span>` : nothing}</h3>
    <p class="muted small">${text}</p>
  </div>
  <a class="button ${done ? 'quiet' : ''}" href=${href}>${action}</a>
</li>`;
