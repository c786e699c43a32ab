import type { EnvironmentHealth } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { type OperatorHealth, operatorApi } from '../../operations.ts';
import { paths } from '../../paths.ts';
import { count, instant } from '../../ui/format.ts';
import { Page } from '../page.ts';

/** What waits in inboxes and outboxes, and where. */
class OperatorHealthPage extends Page<OperatorHealth> {
  protected load(signal: AbortSignal): Promise<OperatorHealth> {
    return operatorApi(this.context.call).health(signal);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Inboxes and outboxes</h1>
        <p>Work that waits: the platform's own, and where it waits longest. <a href=${paths.operatorProjects()}>Projects of every account</a></p>
      </div>
      <button
        class="button"
        type="button"
        aria-disabled=${String(this.busy !== null)}
        @click=${() => void this.act('refresh', () => this.reload())}
      >
        ${this.busy === null ? 'Look again' : 'Looking…'}
      </button>
    </div>`;
  }

  protected body({
    noted,
    unclaimedEvents,
    halfDone,
    environments,
  }: OperatorHealth): TemplateResult {
    const facts: [string, number][] = [
      ['Environments with open work', noted],
      ['Stripe events of no environment', unclaimedEvents],
      ['Projects half made or half deleted', halfDone],
    ];
    return html`<section class="card" aria-label="All together">
        <dl class="fact-grid">
          ${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${count(value)}</dd></div>`)}
        </dl>
      </section>
      ${environments.map((one) => this.#environment(one))}`;
  }

  #environment(one: EnvironmentHealth): TemplateResult {
    const { projectId, mode, reached, notedAtMs, failures } = one;
    const id = `${projectId}-${mode}`;
    const facts: [string, number][] = [
      ['Open jobs', one.openJobs],
      ['Overdue', one.overdueJobs],
      ['Given up', one.deadJobs],
      ['Stripe events waiting', one.waitingEvents],
      ['Webhooks on their way', one.waitingDeliveries],
    ];
    return html`<section class="card" aria-labelledby=${id}>
      <div class="card-head">
        <h2 id=${id}>
          <a class="anywhere" href=${paths.overview(projectId, mode)}>${projectId}</a>
          <span class="badge">${mode}</span>
        </h2>
        ${stateBadge(one)}
      </div>
      ${notedAtMs === null ? nothing : html`<p class="muted small">Known to have open work since ${instant(notedAtMs)}.</p>`}
      ${
        reached
          ? html`<dl class="fact-grid">
              ${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${count(value)}</dd></div>`)}
            </dl>`
          : html`<p class="fault">It did not answer.</p>`
      }
      ${failures.map(
        ({ kind, state, error, atMs }) =>
          html`<p class="small anywhere">
            <code>${kind}</code> ${state === 'dead' ? 'was given up' : 'is tried again'}:
            <span class="fault">${error}</span> <span class="muted">${instant(atMs)}</span>
          </p>`,
      )}
    </section>`;
  }
}
customElements.define('page-operator-health', OperatorHealthPage);

function stateBadge({
  reached,
  overdueJobs,
  deadJobs,
  openJobs,
}: EnvironmentHealth): TemplateResult {
  if (!reached) return html`<span class="badge bad">Not reached</span>`;
  if (overdueJobs > 0 || deadJobs > 0) return html`<span class="badge bad">Look at it</span>`;
  return openJobs > 0
    ? html`<span class="badge amber">At work</span>`
    : html`<span class="badge good">Nothing waits</span>`;
}
