import type { AuditEntry } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { Page } from '../page.ts';

interface Log {
  entries: AuditEntry[];
  nextCursor: string | null;
}

/** What was done to an environment, and by whom. */
class AuditPage extends Page<Log> {
  protected load(signal: AbortSignal): Promise<Log> {
    return this.environment.audit(null, signal);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Audit log</h1>
        <p>Everything that was changed in this environment, newest first. Nobody can change the log.</p>
      </div>
    </div>`;
  }

  protected body({ entries, nextCursor }: Log): TemplateResult {
    if (entries.length === 0)
      return emptyState(
        'Nothing happened yet',
        'Each change made here will be listed, with who made it.',
      );
    return html`<section class="card table-card" aria-label="Changes">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Of</th>
              <th scope="col">Who</th>
            </tr>
          </thead>
          <tbody>
            ${entries.map(
              ({ atMs, action, subject, actor }) =>
                html`<tr>
                  <td data-label="When" class="nowrap">${instant(atMs)}</td>
                  <td data-label="What"><code>${action}</code></td>
                  <td data-label="Of">${subject ?? html`<span class="muted">the environment</span>`}</td>
                  <td data-label="Who">${who(actor)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>
      ${
        nextCursor === null
          ? nothing
          : html`<div class="buttons">
              <button class="button" type="button" @click=${() => void this.#more(nextCursor)}>
                ${this.busy ? 'Loading…' : 'Show older'}
              </button>
            </div>`
      }`;
  }

  async #more(cursor: string): Promise<void> {
    await this.act('more', async () => {
      const { entries, nextCursor } = await this.environment.audit(cursor);
      this.data = { entries: [...(this.data?.entries ?? []), ...entries], nextCursor };
    });
  }
}
customElements.define('page-audit', AuditPage);

const who = (actor: string): TemplateResult =>
  actor.startsWith('operator')
    ? html`dream`
    : html`a developer <code class="muted">${actor.split(' ').at(-1) ?? actor}</code>`;
