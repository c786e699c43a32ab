import type { PromotedChange, Promotion } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { checklist, type Setup, type Step } from '../../checklist.ts';
import { environmentApi, projectsApi } from '../../environment.ts';
import { Intention } from '../../intention.ts';
import { paths } from '../../paths.ts';
import { amountOfChange, fieldWords, kindWords } from '../../promotion-words.ts';
import { confirm } from '../../ui/confirm.ts';
import { differences } from '../../ui/differences.ts';
import { icons } from '../../ui/icons.ts';
import { toast } from '../../ui/toast.ts';
import { Page } from '../page.ts';
import './promote.css';

interface Data {
  promotion: Promotion;
  /** What live still needs, besides what is promoted. */
  steps: readonly Step[];
}

/** What live would get of test, and the way to going live. */
class PromotePage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    pending: { state: true },
  };
  /** Whether Stripe had not all of the last promotion when it was answered. */
  declare private pending: boolean;
  readonly #intention = new Intention();

  constructor() {
    super();
    this.pending = false;
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const { call } = this.context;
    const live = environmentApi(call, this.projectId, 'live');
    const [{ promotion }, keys, origins, tiers, connection] = await Promise.all([
      projectsApi(call).promote(this.projectId, { dryRun: true }, crypto.randomUUID(), signal),
      live.keys(signal),
      live.origins(signal),
      live.tiers(signal),
      live.connection(signal),
    ]);
    const setup: Setup = {
      project: this.projectId,
      mode: 'live',
      ...keys,
      ...origins,
      ...tiers,
      ...connection,
    };
    return { promotion, steps: checklist(setup).slice(1) };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Promote to live</h1>
        <p>
          Brings settings, tiers and products from test to live. Customers, orders and stock of live
          stay as they are, and nothing is taken away.
        </p>
      </div>
    </div>`;
  }

  protected body({ promotion, steps }: Data): TemplateResult {
    return html`${this.pending ? PENDING : nothing} ${this.#difference(promotion)}
      ${this.#checklist(steps)}`;
  }

  #difference(promotion: Promotion): TemplateResult {
    const { changes, kept } = promotion;
    if (changes.length === 0)
      return html`<section class="card" aria-labelledby="same-title">
        <h2 id="same-title">Live has all that test has</h2>
        <p class="muted">
          Change something in <a href=${paths.tiers(this.projectId, 'test')}>test</a>, and it is
          compared here before it reaches anybody.
        </p>
        ${keptNote(kept)}
      </section>`;
    return html`<section class="card" aria-labelledby="difference-title">
      <div class="card-head">
        <div>
          <h2 id="difference-title">What live gets</h2>
          <p class="muted small">${amountOfChange(changes)}.</p>
        </div>
        <button
          class="button primary"
          type="button"
          aria-disabled=${String(this.busy !== null || !promotion.stripeReady)}
          @click=${() => void this.#promote(promotion)}
        >
          ${this.busy ? 'Promoting…' : 'Promote to live'}
        </button>
      </div>
      ${promotion.stripeReady ? nothing : this.#stripeFirst()}
      <ul class="differences">
        ${changes.map(changeItem)}
      </ul>
      ${keptNote(kept)}
      <p class="small muted">
        Origins, webhooks, keys, addresses to return to and stock belong to one environment:
        set those of live there. A product whose pieces are counted begins in live with none.
      </p>
    </section>`;
  }

  #stripeFirst(): TemplateResult {
    return html`<div class="alert amber">
      <p>
        Prices are made in your own Stripe account.
        <a href=${paths.stripe(this.projectId, 'live')}>Connect it in live</a> first.
      </p>
    </div>`;
  }

  #checklist(steps: readonly Step[]): TemplateResult {
    return html`<section class="card" aria-labelledby="live-title">
      <h2 id="live-title">What else live needs</h2>
      <ol class="steps">
        ${steps.map(
          ({ title, text, href, action, done }) =>
            html`<li class=${done ? 'done' : ''}>
              <span class="mark">${icons.check}</span>
              <div>
                <h3>${title}${done ? html`<span class="visually-hidden">, done</span>` : nothing}</h3>
                <p class="muted small">${text}</p>
              </div>
              <a class="button ${done ? 'quiet' : ''}" href=${href}>${action}</a>
            </li>`,
        )}
      </ol>
    </section>`;
  }

  async #promote({ fingerprint, changes, stripeReady }: Promotion): Promise<void> {
    if (!stripeReady || this.busy !== null) return;
    const sure = await confirm({
      title: 'Promote to live?',
      text: `${amountOfChange(changes)}. Visitors of live see it at once; new prices are made in your Stripe account.`,
      action: 'Promote',
    });
    if (!sure) return;
    const body = { fingerprint };
    await this.act('promote', async () => {
      const { call } = this.context;
      try {
        const { published } = await projectsApi(call).promote(
          this.projectId,
          body,
          this.#intention.keyOf(body),
        );
        this.pending = !published;
        toast('Promoted to live');
      } finally {
        // Also what was refused is another difference now.
        await this.reload();
      }
      this.#intention.end();
    });
  }
}
customElements.define('page-promote', PromotePage);

const PENDING = html`<div class="alert amber" role="status">
  <p>
    Promoted. Stripe has not taken all of it yet; what is missing is tried again by itself, and sold
    as soon as it is there.
  </p>
</div>`;

const changeItem = ({ kind, title, action, fields }: PromotedChange): TemplateResult => html`<li>
  <div class="difference-head">
    <h3>${title}</h3>
    ${kind === 'settings' ? nothing : html`<span class="muted small">${kindWords(kind)}</span>`}
    <span class="badge ${action === 'create' ? 'good' : 'accent'}">
      ${action === 'create' ? 'New' : 'Changed'}
    </span>
  </div>
  ${differences(fields, fieldWords, action === 'create')}
</li>`;

const keptNote = (kept: Promotion['kept']): TemplateResult | typeof nothing =>
  kept.length === 0
    ? nothing
    : html`<p class="small">
        Only live has ${kept.map(({ title }, index) => html`${index ? ', ' : ''}<strong>${title}</strong>`)}:
        ${kept.length === 1 ? 'it stays' : 'they stay'}.
      </p>`;
