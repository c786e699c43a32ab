import type { StripeEvent } from '@dream/contract';
import { html, type TemplateResult } from 'lit';
import { operationsApi } from '../../operations.ts';
import { paths } from '../../paths.ts';
import { instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';

const STATES: Record<StripeEvent['state'], { words: string; tone: string; means: string }> = {
  applied: { words: 'Applied', tone: 'good', means: 'what Stripe says is in force here' },
  waiting: { words: 'Waiting', tone: 'amber', means: 'what it is about is not fetched yet' },
  ignored: { words: 'Ignored', tone: '', means: 'about nothing that was sold here' },
};

/** What Stripe told of, and what became of it. */
class StripeEventsPage extends ListPage<StripeEvent, Record<string, string>> {
  protected readonly words = { label: 'Events', one: 'event', many: 'events' };
  protected readonly heads = ['Event', 'About', 'Came', 'State', ''];

  constructor() {
    super({});
  }

  protected async rowsOf(
    _filter: Record<string, string>,
    page: Part,
    signal?: AbortSignal,
  ): Promise<Rows<StripeEvent>> {
    const { events, nextCursor } = await operationsApi(this.context).stripeEvents(page, signal);
    return { rows: events, nextCursor };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Stripe events</h1>
        <p>
          What Stripe told of in 7 days, and what became of it. What your server is told is under
          <a href=${paths.webhooks(this.projectId, this.context.mode)}>Webhooks</a>.
        </p>
      </div>
      ${this.lookAgain()}
    </div>`;
  }

  protected nothingYet(): TemplateResult {
    return emptyState(
      'Stripe told of nothing yet',
      'As soon as somebody pays, renews, cancels or is refunded, Stripe says so, and it is here. Nothing is to be set up for it: what gets lost on its way is found in Stripe’s own list.',
      html`<a class="button primary" href=${paths.stripe(this.projectId, this.context.mode)}>
        Look at the connection
      </a>`,
    );
  }

  protected row({ id, type, objectId, state, via, receivedAtMs }: StripeEvent): TemplateResult {
    const { words, tone, means } = STATES[state];
    return html`<tr>
      <td data-label="Event">
        <div class="event-type"><code>${atDots(type)}</code><br /><code class="muted small">${id}</code></div>
      </td>
      <td data-label="About">
        <div class="anywhere">
          ${objectId === null ? html`<span class="muted">nothing of yours</span>` : html`<code>${objectId}</code>`}
        </div>
      </td>
      <td data-label="Came">
        <div>
          ${instant(receivedAtMs)}<br /><span class="muted small"
            >${via === 'webhook' ? 'told by Stripe' : 'found in Stripe’s list'}</span
          >
        </div>
      </td>
      <td data-label="State">
        <div>
          <span class="badge ${tone}">${words}</span><br /><span class="muted small">${means}</span>
        </div>
      </td>
      <td class="actions">
        <div class="buttons">
          <button
            class="button quiet"
            type="button"
            aria-label="Look again at ${id}"
            aria-disabled=${String(this.busy !== null)}
            @click=${() => void this.#retry(id)}
          >
            ${this.busy === id ? 'Looking…' : 'Look again'}
          </button>
        </div>
      </td>
    </tr>`;
  }

  async #retry(id: string): Promise<void> {
    await this.act(id, async () => {
      const { event } = await operationsApi(this.context).retryStripeEvent(id);
      this.replaceRow(id, () => event);
      toast(`${STATES[event.state].words}: ${STATES[event.state].means}`);
    });
  }
}
customElements.define('page-stripe-events', StripeEventsPage);

/** A type that breaks, where it must, at its dots. */
const atDots = (type: string): unknown[] =>
  type.split('.').map((part, index) => (index === 0 ? part : html`.<wbr />${part}`));
