import type { Webhook, WebhookDelivery } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import { confirm } from '../../ui/confirm.ts';
import { codeBlock, secretBlock } from '../../ui/copy-button.ts';
import { instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { saveBar } from '../../ui/save-bar.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved, releaseUnsaved } from '../../ui/unsaved.ts';
import { ListPage, type Part, type Rows } from '../list-page.ts';
import { type EndpointDraft, endpointFields, isEndpointRight } from './endpoint-form.ts';
import { deliveryBadge, stateBadge } from './state-badge.ts';

type Filter = { status: string };

const STATUS_CHOICES = [
  ['', 'Any state'],
  ['failed', 'Failed'],
  ['waiting', 'Waiting'],
  ['delivered', 'Delivered'],
] as const;

const OVERLAP_HOURS = 24;

/** One endpoint: what it is told, what was sent to it, and what became of that. */
class WebhookPage extends ListPage<WebhookDelivery, Filter> {
  static override properties: PropertyDeclarations = {
    ...ListPage.properties,
    webhook: { state: true },
    draft: { state: true },
    shown: { state: true },
  };
  /** The endpoint; null when there is none of this id. */
  declare private webhook: Webhook | null;
  declare private draft: EndpointDraft | null;
  declare private shown: string | null;
  protected readonly words = {
    label: 'Deliveries',
    one: 'delivery',
    many: 'deliveries',
    lookedThrough: 'What was sent in 30 days was looked through.',
  };
  protected readonly heads = [];

  constructor() {
    super({ status: '' });
    this.webhook = null;
    this.draft = null;
    this.shown = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.#isChanged());
  }

  get #id(): string {
    return this.context.params.webhook ?? '';
  }

  protected override async load(signal: AbortSignal): Promise<Rows<WebhookDelivery>> {
    const { webhooks } = await this.environment.webhooks(signal);
    this.webhook = webhooks.find(({ id }) => id === this.#id) ?? null;
    if (this.webhook === null) return { rows: [], nextCursor: null };
    this.draft ??= draftOf(this.webhook);
    return super.load(signal);
  }

  protected async rowsOf(
    { status }: Filter,
    page: Part,
    signal?: AbortSignal,
  ): Promise<Rows<WebhookDelivery>> {
    const asked = STATUS_CHOICES.find(([known]) => known === status)?.[0] ?? '';
    const found = await this.environment.deliveries(this.#id, asked, page, signal);
    return { rows: found.deliveries, nextCursor: found.nextCursor };
  }

  #isChanged(): boolean {
    const { webhook } = this;
    return webhook !== null && JSON.stringify(this.draft) !== JSON.stringify(draftOf(webhook));
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Webhook</h1>
        <p><a href=${paths.webhooks(this.projectId, this.context.mode)}>All webhooks</a></p>
      </div>
    </div>`;
  }

  protected override body(data: Rows<WebhookDelivery>): TemplateResult {
    const { webhook } = this;
    if (webhook === null)
      return emptyState('There is no such endpoint', 'It may have been deleted.');
    const draft = this.draft ?? draftOf(webhook);
    return html`
      <section class="card" aria-labelledby="endpoint-title">
        <div class="card-head">
          <h2 id="endpoint-title"><span class="mono">${webhook.url}</span></h2>
          ${stateBadge(webhook)}
        </div>
        <div class="buttons">
          ${this.#button('test', 'Send a test', () => this.#test())}
          ${this.#button('switch', webhook.disabled ? 'Switch on' : 'Switch off', () => this.#switch(webhook))}
          ${this.#button('rotate', 'Rotate the secret', () => this.#rotate())}
          <button class="button danger" type="button" @click=${() => void this.#delete(webhook)}>
            Delete
          </button>
        </div>
        ${this.#secret(webhook)}
      </section>
      <form class="page" @submit=${this.#save} novalidate>
        <section class="card" aria-label="The endpoint">
          ${endpointFields(draft, true, (changed) => (this.draft = changed))}
        </section>
        ${saveBar({
          isChanged: this.#isChanged(),
          faults: isEndpointRight(draft) ? 0 : 1,
          busy: this.busy === 'save',
          onDiscard: () => (this.draft = draftOf(webhook)),
        })}
      </form>
      <h2>What was sent</h2>
      ${super.body(data)}
    `;
  }

  protected nothingYet(): TemplateResult {
    return emptyState(
      'Nothing was sent yet',
      'Send a test, and see here what your server answered.',
    );
  }

  protected override tools(): unknown {
    return this.lookers(this.choose('State', 'status', STATUS_CHOICES));
  }

  /** Not a table: what was sent and what was answered unfold, and are as wide as the page. */
  protected override list(data: Rows<WebhookDelivery>): TemplateResult {
    return html`<section class="stack" aria-label=${this.words.label}>${this.eachRow(data)}</section>`;
  }

  #secret({ oldSecretUntilMs }: Webhook): TemplateResult | typeof nothing {
    if (this.shown !== null)
      return html`<div class="alert amber" id="shown" tabindex="-1">
        <strong>Copy the new secret now</strong>
        <p>It is shown this once. The old one signs as well for a day.</p>
        ${secretBlock(this.shown, 'the signing secret')}
      </div>`;
    return oldSecretUntilMs !== null && oldSecretUntilMs > Date.now()
      ? html`<p class="muted small">The secret of before signs as well until ${instant(oldSecretUntilMs)}.</p>`
      : nothing;
  }

  protected row(delivery: WebhookDelivery): TemplateResult {
    const { id, type, createdAtMs, attempts, payload, responseStatus, responseBody, error } =
      delivery;
    return html`<details class="card delivery">
      <summary>
        <span class="mono">${type}</span> ${deliveryBadge(delivery)}
        <span class="muted small">${instant(createdAtMs)}</span>
      </summary>
      <div class="stack">
        <p class="muted small">
          ${attempts === 1 ? 'Tried once' : `Tried ${attempts} times`}${responseStatus === null ? nothing : html`, answered HTTP ${responseStatus}`}${
            delivery.nextTryAtMs === null
              ? nothing
              : html`, next at ${instant(delivery.nextTryAtMs)}`
          }. Event <code>${delivery.eventId}</code>
        </p>
        ${error ? html`<p class="fault">${error}</p>` : nothing}
        ${payload === null ? html`<p class="muted">The customer was erased, and the event with them.</p>` : codeBlock(pretty(payload), 'the payload', 'What was sent')}
        ${responseBody ? codeBlock(responseBody, 'the answer', 'What your server answered') : nothing}
        ${
          payload === null
            ? nothing
            : html`<div class="buttons">
                ${this.#button(`retry ${id}`, 'Send it once more', () => this.#retry(id))}
              </div>`
        }
      </div>
    </details>`;
  }

  #button(name: string, words: string, work: () => Promise<void>): TemplateResult {
    return html`<button
      class="button"
      type="button"
      aria-disabled=${String(this.busy !== null)}
      @click=${() => void this.act(name, work)}
    >
      ${this.busy === name ? 'One moment…' : words}
    </button>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { draft } = this;
    if (draft === null || !isEndpointRight(draft)) return;
    await this.act('save', async () => {
      const { webhook } = await this.environment.updateWebhook(this.#id, draft);
      this.draft = draftOf(webhook);
      this.webhook = webhook;
      toast('Endpoint saved');
    });
  };

  async #test(): Promise<void> {
    const { delivery } = await this.environment.testWebhook(this.#id);
    toast(delivery.status === 'delivered' ? 'Your server took it' : 'It did not arrive: see below');
    await this.reload();
  }

  async #retry(delivery: string): Promise<void> {
    const { delivery: now } = await this.environment.retryDelivery(this.#id, delivery);
    this.replaceRow(delivery, () => now);
    toast(now.status === 'delivered' ? 'Your server took it' : 'It did not arrive: see its answer');
  }

  async #switch({ disabled }: Webhook): Promise<void> {
    await this.environment.updateWebhook(this.#id, { disabled: !disabled });
    await this.reload();
  }

  async #rotate(): Promise<void> {
    const sure = await confirm({
      title: 'Rotate the signing secret?',
      text: `A new one is made. For ${OVERLAP_HOURS} hours events are signed with both.`,
      action: 'Rotate',
    });
    if (!sure) return;
    this.shown = (await this.environment.rotateWebhook(this.#id, OVERLAP_HOURS)).secret;
    await this.reload();
    await this.updateComplete;
    this.querySelector<HTMLElement>('#shown')?.focus();
  }

  async #delete({ url }: Webhook): Promise<void> {
    const sure = await confirm({
      title: 'Delete the endpoint?',
      text: `${url} is told nothing more. Its log, and what waits for it, are deleted.`,
      action: 'Delete',
      danger: true,
    });
    if (!sure) return;
    if (!(await this.act('delete', () => this.environment.deleteWebhook(this.#id)))) return;
    releaseUnsaved();
    toast('Endpoint deleted');
    go(paths.webhooks(this.projectId, this.context.mode), true);
  }
}
customElements.define('page-webhook', WebhookPage);

const draftOf = ({ url, description, events }: Webhook): EndpointDraft => ({
  url,
  description,
  events,
});

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
