import type { Order, OrderEvent, OrderStatus } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { ApiError } from '../../api.ts';
import { Intention } from '../../intention.ts';
import { eventWords, isToSend, leftMinor, STATUS_WORDS } from '../../order-words.ts';
import { paths } from '../../paths.ts';
import {
  chosenLines,
  newRefund,
  piecesWords,
  type RefundDraft,
  refundFault,
  refundInput,
  refundMinor,
} from '../../refund-draft.ts';
import { shopApi } from '../../shop.ts';
import { confirm } from '../../ui/confirm.ts';
import { instant, money } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { whileSeen } from '../../ui/refresh.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved } from '../../ui/unsaved.ts';
import { Page } from '../page.ts';
import { buyerCard, linesCard } from './order-cards.ts';
import { cancelCard, eraseCard } from './order-dangers.ts';
import { isSendingRight, NOT_SENT, type SendingDraft, sendingForm } from './sending-form.ts';
import { refundForm } from './refund-form.ts';

interface Data {
  /** Null when there is no such order. */
  order: Order | null;
  events: readonly OrderEvent[];
  /** Whether the store puts pieces back in stock after a full refund. */
  restocks: boolean;
}

/** How often an order is looked at anew that is not paid yet. */
const REFRESH_MS = 5000;
const UNPAID: ReadonlySet<string> = new Set<OrderStatus>(['pending', 'processing']);

/** An order: what was bought and by whom, what happened to it, and what one can do about it. */
class OrderPage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    refund: { state: true },
    linesMinor: { state: true },
    refundTried: { state: true },
    sending: { state: true },
    tried: { state: true },
  };
  /** The refund that is being made out; null when nobody wants one. */
  declare private refund: RefundDraft | null;
  /** What the chosen pieces come to, as the edge says; null until then. */
  declare private linesMinor: number | null;
  declare private refundTried: boolean;
  declare private sending: SendingDraft;
  declare private tried: boolean;
  readonly #intention = new Intention();
  #stopRefreshing = (): void => {};

  constructor() {
    super();
    this.refund = null;
    this.linesMinor = null;
    this.refundTried = false;
    this.sending = NOT_SENT;
    this.tried = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => JSON.stringify(this.sending) !== JSON.stringify(NOT_SENT));
    this.#stopRefreshing = whileSeen(REFRESH_MS, () => void this.#refresh());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopRefreshing();
  }

  /** An order that is being paid becomes what Stripe says without a click. */
  async #refresh(): Promise<void> {
    const { id, status } = this.data?.order ?? {};
    if (id === undefined || this.busy !== null || !UNPAID.has(status ?? '')) return;
    try {
      const { order, events } = await shopApi(this.context).order(id);
      if (this.busy === null && this.data) this.data = { ...this.data, order, events };
    } catch (error) {
      // What is shown stays; the next thing that is asked for says what is wrong.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const shop = shopApi(this.context);
    const id = this.context.params.order ?? '';
    try {
      const [{ order, events }, { store }] = await Promise.all([
        shop.order(id, signal),
        shop.store(signal),
      ]);
      return { order, events, restocks: store.restockOnRefund };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'order_not_found')
        return { order: null, events: [], restocks: false };
      throw error;
    }
  }

  protected head(): TemplateResult {
    const order = this.data?.order;
    const { words, tone } = order ? STATUS_WORDS[order.status] : { words: '', tone: '' };
    return html`<div class="page-head">
      <div>
        <h1>Order${order ? ` ${order.number}` : ''}</h1>
        <p><a href=${paths.orders(this.projectId, this.context.mode)}>All orders</a></p>
      </div>
      ${
        order
          ? html`<div class="buttons">
              ${order.dispute ? html`<span class="badge bad">Disputed</span>` : nothing}
              ${order.fulfilled ? html`<span class="badge">Sent</span>` : nothing}
              <span class="badge ${tone}">${words}</span>
            </div>`
          : nothing
      }
    </div>`;
  }

  protected body({ order, events, restocks }: Data): TemplateResult {
    if (order === null)
      return emptyState(
        'There is no such order',
        'The address is not whole, or it is of another project or mode.',
        html`<a class="button" href=${paths.orders(this.projectId, this.context.mode)}>All orders</a>`,
      );
    const dangers = {
      order,
      busy: this.busy,
      onCancel: () => void this.#cancel(order),
      onErase: () => void this.#erase(order),
    };
    return html`
      ${this.#standing(order)}
      <div class="order-columns">
        <div class="page">
          ${linesCard(order)} ${this.#sendingOf(order)} ${this.#refunding(order, restocks)}
          ${cancelCard(dangers)} ${eraseCard(dangers)}
        </div>
        <div class="page">${buyerCard(order)} ${timeline(order, events)}</div>
      </div>
    `;
  }

  #standing(order: Order): TemplateResult {
    const { means, tone } = STATUS_WORDS[order.status];
    const words =
      order.fulfilled && order.status === 'paid'
        ? 'The money is there, and it is on its way.'
        : means;
    return html`<div class="alert ${tone === 'amber' ? 'amber' : 'info'}">
      <p>${words}</p>
      ${
        order.dispute
          ? html`<p>
              The buyer disputes the payment (${order.dispute}). Answer it in your Stripe dashboard:
              what is missed there is lost.
            </p>`
          : nothing
      }
    </div>`;
  }

  #sendingOf(order: Order): TemplateResult | typeof nothing {
    if (!isToSend(order) && order.fulfilled === null) return nothing;
    return sendingForm({
      order,
      draft: this.sending,
      tried: this.tried,
      busy: this.busy,
      change: (sending) => (this.sending = sending),
      onSend: () => void this.#send(order),
      onUndo: () => void this.#unsend(order),
    });
  }

  async #send({ id }: Order): Promise<void> {
    this.tried = true;
    const { sending } = this;
    if (!isSendingRight(sending)) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    const input = {
      carrier: sending.carrier.trim() || null,
      trackingUrl: sending.trackingUrl.trim() || null,
    };
    const done = await this.#become('send', () => shopApi(this.context).fulfil(id, input));
    if (!done) return;
    this.sending = NOT_SENT;
    this.tried = false;
    toast('Marked as sent');
  }

  async #unsend({ id, number }: Order): Promise<void> {
    const sure = await confirm({
      title: `Order ${number} was not sent after all?`,
      text: 'Its tracking link is taken from the buyer’s receipt. Whoever was told by e-mail or webhook is not told again.',
      action: 'Not sent',
    });
    if (!sure) return;
    if (await this.#become('unsend', () => shopApi(this.context).unfulfil(id)))
      toast('No longer marked as sent');
  }

  #refunding(order: Order, restocks: boolean): TemplateResult | typeof nothing {
    if (leftMinor(order) === 0) return nothing;
    if (this.refund === null)
      return html`<section class="card" aria-labelledby="refund-title">
        <div class="card-head">
          <div>
            <h2 id="refund-title">Give money back</h2>
            <p class="muted">All of it or a part, to where it came from.</p>
          </div>
          <button class="button" type="button" @click=${() => void this.#beginRefund(order, restocks)}>
            Refund…
          </button>
        </div>
      </section>`;
    return refundForm({
      order,
      draft: this.refund,
      linesMinor: this.linesMinor,
      tried: this.refundTried,
      busy: this.busy === 'refund',
      change: (refund) => void this.#choose(order, refund),
      onRefund: () => void this.#give(order),
      onLeave: () => (this.refund = null),
    });
  }

  async #beginRefund(order: Order, restocks: boolean): Promise<void> {
    this.refund = newRefund(order, restocks);
    this.linesMinor = null;
    this.refundTried = false;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#refund-title')?.focus();
  }

  async #give(order: Order): Promise<void> {
    const draft = this.refund;
    this.refundTried = true;
    if (draft === null || refundFault(draft, order) !== null) {
      this.querySelector<HTMLElement>('[aria-invalid="true"], .pieces-row input')?.focus();
      return;
    }
    if (draft.kind === 'lines') await this.act('price', () => this.#price(order, draft));
    const minor = refundMinor(draft, order, this.linesMinor);
    if (minor === null) return;
    const input = refundInput(draft, order, minor);
    const words = money(minor, order.currency);
    const restocks = input.restock || input.lines?.some(({ restock }) => restock);
    const sure = await confirm({
      title: `Give ${words} back?`,
      text: `It goes to ${order.email ?? 'the buyer'}, the way it was paid. This cannot be undone.${
        restocks ? ` ${piecesWords(input)} put back in stock.` : ''
      }`,
      action: `Refund ${words}`,
      danger: true,
    });
    if (!sure) return;
    const key = this.#intention.keyOf({ ...input, of: order.refundedMinor });
    const done = await this.#become('refund', () =>
      shopApi(this.context).refund(order.id, input, key),
    );
    if (this.failure?.status !== 0) this.#intention.end();
    if (!done) return;
    this.refund = null;
    toast(`${words} refunded`);
  }

  /** Takes what is chosen, and asks what the pieces of it come to. */
  async #choose(order: Order, refund: RefundDraft): Promise<void> {
    const before = this.refund;
    this.refund = refund;
    if (refund.kind !== 'lines' || before?.pieces === refund.pieces) return;
    this.linesMinor = null;
    if (chosenLines(refund, order).length === 0) return;
    try {
      await this.#price(order, refund);
    } catch (error) {
      // Before anything is given back it is asked again, and then said what is wrong.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async #price(order: Order, draft: RefundDraft): Promise<void> {
    const lines = chosenLines(draft, order);
    const { amountMinor } = await shopApi(this.context).previewRefund(order.id, lines);
    // What was chosen meanwhile is asked for by itself.
    if (this.refund?.pieces === draft.pieces) this.linesMinor = amountMinor;
  }

  async #erase({ id, number }: Order): Promise<void> {
    const sure = await confirm({
      title: `Erase who bought order ${number}?`,
      text: 'E-mail, name, phone, address and tracking link are erased here, also from what webhooks were told. At Stripe they stay until you erase them there. This cannot be undone.',
      action: 'Erase for ever',
      danger: true,
      typed: String(number),
    });
    if (!sure) return;
    if (await this.#become('erase', () => shopApi(this.context).eraseBuyer(id)))
      toast('Personal data erased');
  }

  async #cancel({ id, number }: Order): Promise<void> {
    const sure = await confirm({
      title: `Cancel order ${number}?`,
      text: 'The buyer can no longer pay it. They can order again.',
      action: 'Cancel order',
      danger: true,
      cancel: 'Keep it',
    });
    if (!sure) return;
    if (await this.#become('cancel', () => shopApi(this.context).cancel(id)))
      toast('Order cancelled');
  }

  /** Does something to the order, and shows it as it is then, with what happened. */
  async #become(name: string, work: () => Promise<unknown>): Promise<boolean> {
    const done = await this.act(name, work);
    await this.reload();
    return done;
  }
}
customElements.define('page-order', OrderPage);

const timeline = ({ currency }: Order, events: readonly OrderEvent[]): TemplateResult =>
  html`<section class="card" aria-labelledby="events-title">
    <h2 id="events-title">What happened</h2>
    <ol class="timeline">
      ${events.map(
        (event) =>
          html`<li>
            <span>${eventWords(event, currency)}</span>
            <span class="muted small">${instant(event.atMs)}, by ${event.by}</span>
          </li>`,
      )}
    </ol>
  </section>`;
