import type { Webhook } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { MOST } from '../../bounds.ts';
import { paths } from '../../paths.ts';
import { boundNear, boundTold } from '../../ui/bound.ts';
import { secretBlock } from '../../ui/copy-button.ts';
import { day } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { guardUnsaved } from '../../ui/unsaved.ts';
import { tableCard } from '../../ui/table.ts';
import { Page } from '../page.ts';
import { type EndpointDraft, endpointFields, isEndpointRight } from './endpoint-form.ts';
import { stateBadge } from './state-badge.ts';

const EMPTY: EndpointDraft = { url: '', description: '', events: null };

/** Who is told what happens. */
class WebhooksPage extends Page<readonly Webhook[]> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    draft: { state: true },
    tried: { state: true },
    shown: { state: true },
  };
  declare private draft: EndpointDraft;
  declare private tried: boolean;
  declare private shown: string | null;

  constructor() {
    super();
    this.draft = EMPTY;
    this.tried = false;
    this.shown = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.draft.url !== '' || this.draft.description !== '');
  }

  protected async load(signal: AbortSignal): Promise<readonly Webhook[]> {
    return (await this.environment.webhooks(signal)).webhooks;
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Webhooks</h1>
        <p>
          Your server is told what happens here: signed, and tried again until it answers. What Stripe
          told us is under
          <a href=${paths.stripeEvents(this.projectId, this.context.mode)}>Stripe events</a>.
        </p>
      </div>
    </div>`;
  }

  protected body(webhooks: readonly Webhook[]): TemplateResult {
    return html`
      ${
        this.shown === null
          ? nothing
          : html`<section class="alert amber" id="shown" tabindex="-1" aria-labelledby="shown-title">
              <h2 id="shown-title">Copy the signing secret now</h2>
              <p>It is shown this once. Your server checks by it that an event is from us.</p>
              ${secretBlock(this.shown, 'the signing secret')}
              <div class="buttons">
                <button class="button" type="button" @click=${() => (this.shown = null)}>
                  I have it
                </button>
              </div>
            </section>`
      }
      ${boundNear(webhooks.length, MOST.webhooks, 'endpoints', 'Delete one to add another, or let one of them pass events on.')}
      ${
        webhooks.length === 0
          ? emptyState(
              'No endpoint yet',
              'Add the address of your server that is to be told, below.',
            )
          : html`${this.#table(webhooks)} ${boundTold(webhooks.length, MOST.webhooks, 'endpoints')}`
      }
      ${webhooks.length < MOST.webhooks ? this.#adding() : nothing}
    `;
  }

  #adding(): TemplateResult {
    return html`<form class="card" @submit=${this.#create} novalidate aria-labelledby="add-title">
        <h2 id="add-title">Add an endpoint</h2>
        ${endpointFields(this.draft, this.tried, (draft) => (this.draft = draft))}
        <div class="buttons">
          <button class="button primary" aria-disabled=${String(this.busy !== null)}>
            ${this.busy ? 'Adding…' : 'Add endpoint'}
          </button>
        </div>
      </form>`;
  }

  #table(webhooks: readonly Webhook[]): TemplateResult {
    return tableCard(
      'Endpoints',
      ['Endpoint', 'Told', 'State', 'Since'],
      webhooks.map(
        (webhook) =>
          html`<tr>
                <td data-label="Endpoint">
                  <div>
                    <a href=${paths.webhook(this.projectId, this.context.mode, webhook.id)}
                      >${webhook.url}</a
                    >
                    ${webhook.description ? html`<br /><span class="muted">${webhook.description}</span>` : nothing}
                  </div>
                </td>
                <td data-label="Told">
                  ${webhook.events === null ? 'Everything' : `${webhook.events.length} events`}
                </td>
                <td data-label="State">${stateBadge(webhook)}</td>
                <td data-label="Since" class="nowrap">${day(webhook.createdAtMs)}</td>
              </tr>`,
      ),
    );
  }

  readonly #create = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.tried = true;
    const { draft } = this;
    if (!isEndpointRight(draft)) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    await this.act('create', async () => {
      const { url, description, events } = draft;
      const input = { url: url.trim(), description: description.trim(), events };
      const { secret } = await this.environment.createWebhook(input);
      this.draft = EMPTY;
      this.tried = false;
      this.shown = secret;
      await this.reload();
      await this.updateComplete;
      this.querySelector<HTMLElement>('#shown')?.focus();
    });
  };
}
customElements.define('page-webhooks', WebhooksPage);
