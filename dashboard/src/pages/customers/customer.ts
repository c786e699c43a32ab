import type {
  CustomerDetail,
  CustomerEvent,
  CustomerSession,
  Order,
  Payment,
  Tier,
  UsageHistory,
} from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { ApiError } from '../../api.ts';
import { nameOf } from '../../customers.ts';
import { customersApi } from '../../customers-api.ts';
import { paths } from '../../paths.ts';
import { go } from '../../router.ts';
import { confirm } from '../../ui/confirm.ts';
import { emptyState } from '../../ui/notice.ts';
import { whileSeen } from '../../ui/refresh.ts';
import { toast } from '../../ui/toast.ts';
import { guardUnsaved, releaseUnsaved } from '../../ui/unsaved.ts';
import { Page } from '../page.ts';
import './customer-credits.ts';
import { bannedNote, dangersCard } from './customer-dangers.ts';
import { factsCard, type Names } from './customer-facts.ts';
import { eventsCard, ordersCard, paymentsCard, sessionsCard } from './customer-lists.ts';
import { changeWords, planCard, purchaseIn } from './customer-plan.ts';
import { type UsageCard, usageCard } from './customer-usage.ts';

interface Data {
  detail: CustomerDetail;
  tiers: readonly Tier[];
  sessions: readonly CustomerSession[];
  orders: readonly Order[];
  payments: readonly Payment[];
  events: readonly CustomerEvent[];
  history: UsageHistory | null;
}

/** How often plan and usage are looked at anew. */
const REFRESH_MS = 5_000;

/** Whether a tier gives credits, or has anything that draws on them. */
const hasCredits = ({ credits, features }: Tier): boolean =>
  credits !== null || features.some(({ kind }) => kind === 'credits');

/** One customer: plan, usage, sessions, what was bought and done, and what can be done. */
class CustomerPage extends Page<Data> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    chosen: { state: true },
    giving: { state: true },
    link: { state: true },
    names: { state: true },
  };
  declare private chosen: string | null;
  declare private giving: UsageCard['giving'];
  declare private link: string | null;
  declare private names: Names | null;
  #feature: string | null = null;
  #stopRefreshing = (): void => undefined;

  constructor() {
    super();
    this.chosen = null;
    this.giving = null;
    this.link = null;
    this.names = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guardUnsaved(() => this.#isRenamed());
    this.#stopRefreshing = whileSeen(REFRESH_MS, () => void this.#refresh());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopRefreshing();
  }

  get #id(): string {
    return this.context.params.customer ?? '';
  }

  get #customers() {
    return customersApi(this.context.call, this.projectId, this.context.mode);
  }

  protected async load(signal: AbortSignal): Promise<Data> {
    const [api, id] = [this.#customers, this.#id];
    const [
      detail,
      { tiers: offered, archivedTiers },
      { sessions },
      { orders },
      { payments },
      { events },
    ] = await Promise.all([
      api.get(id, signal),
      this.environment.tiers(signal),
      api.sessions(id, signal),
      api.orders(id, signal),
      api.payments(id, signal),
      api.events(id, signal),
    ]);
    const feature = this.#feature ?? detail.usage[0]?.feature;
    const history = feature === undefined ? null : await api.history(id, feature, signal);
    // Who is on an archived tier keeps it, and sees it by its name.
    const kept = archivedTiers.filter(({ name }) => name === detail.customer.plan);
    const tiers = [...offered, ...kept];
    return { detail, tiers, sessions, orders, payments, events, history };
  }

  protected head(): TemplateResult {
    const { data } = this;
    const back = paths.customers(this.projectId, this.context.mode);
    return html`<div class="page-head">
      <div class="anywhere">
        <h1>${data ? nameOf(data.detail.customer) : 'Customer'}</h1>
        <p><a href=${back}>All customers</a></p>
      </div>
    </div>`;
  }

  protected body(data: Data): TemplateResult {
    const { detail, tiers, sessions, orders, payments, events, history } = data;
    const { busy } = this;
    return html`
      ${detail.customer.banned ? bannedNote : nothing}
      ${factsCard(detail, sessions, {
        names: this.names,
        busy,
        type: (names) => void this.#name(names),
        save: (names) => void this.#rename(names),
      })}
      ${planCard({
        detail,
        tiers,
        chosen: this.#chosenIn(data),
        link: this.link,
        busy,
        choose: (chosen) => (this.chosen = chosen),
        setPlan: () => void this.#setPlan(data),
        checkout: () => void this.#checkout(data),
        portal: () => void this.#portal(),
        change: () => void this.#change(data),
        end: (verb) => void this.#end(verb, data),
      })}
      ${usageCard({
        usage: detail.usage,
        history,
        giving: this.giving,
        busy,
        give: (giving) => void this.#give(giving),
        adjust: (feature, units) => void this.#adjust(feature, units),
        grant: (feature, units) => void this.#grant(feature, units),
        showHistory: (feature) => void this.#showHistory(feature),
      })}
      ${
        tiers.some(hasCredits)
          ? html`<customer-credits
              .context=${this.context}
              .detail=${detail}
              @given=${() => void this.reload()}
            ></customer-credits>`
          : nothing
      }
      ${sessionsCard(sessions, busy, (session) => void this.#signOut(session))}
      ${ordersCard(orders, (id) => paths.order(this.projectId, this.context.mode, id))} ${paymentsCard(payments)} ${eventsCard(events)}
      ${dangersCard({
        customer: detail.customer,
        busy,
        ban: (banned) => void this.#ban(banned),
        erase: () => void this.#erase(),
      })}
    `;
  }

  #chosenIn({ detail: { customer } }: Data): string {
    return this.chosen ?? (customer.subscription ? '' : customer.plan);
  }

  /** Does something, says so, and shows what has become of it. */
  async #do(name: string, words: string, work: () => Promise<unknown>): Promise<boolean> {
    const isDone = await this.act(name, async () => {
      await work();
      await this.reload();
    });
    if (isDone) toast(words);
    return isDone;
  }

  #isRenamed(): boolean {
    const { names, data } = this;
    if (names === null || data === null) return false;
    const { firstName, lastName } = data.detail.customer;
    return names.firstName !== (firstName ?? '') || names.lastName !== (lastName ?? '');
  }

  async #name(names: Names | null): Promise<void> {
    const opens = this.names === null;
    this.names = names;
    if (!opens) return;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#firstName')?.focus();
  }

  async #rename({ firstName, lastName }: Names): Promise<void> {
    const patch = { firstName: firstName.trim() || null, lastName: lastName.trim() || null };
    const isDone = await this.#do('rename', 'Name saved', () =>
      this.#customers.update(this.#id, patch),
    );
    if (isDone) this.names = null;
  }

  async #setPlan(data: Data): Promise<void> {
    const plan = this.#chosenIn(data);
    await this.#do('plan', 'Plan changed', () => this.#customers.update(this.#id, { plan }));
  }

  async #checkout(data: Data): Promise<void> {
    const purchase = purchaseIn(this.#chosenIn(data));
    await this.act('checkout', async () => {
      await this.#show((await this.#customers.checkout(this.#id, purchase)).url);
    });
  }

  async #portal(): Promise<void> {
    await this.act('portal', async () => {
      await this.#show((await this.#customers.portal(this.#id)).url);
    });
  }

  async #show(link: string): Promise<void> {
    this.link = link;
    await this.reload();
    await this.updateComplete;
    this.querySelector<HTMLElement>('#link')?.focus();
  }

  async #change(data: Data): Promise<void> {
    const purchase = purchaseIn(this.#chosenIn(data));
    const who = nameOf(data.detail.customer);
    await this.act('change', async () => {
      const preview = await this.#customers.previewChange(this.#id, purchase);
      const sure = await confirm({
        title: `Change the plan of ${who}?`,
        text: changeWords(preview, who),
        action: 'Change the plan',
      });
      if (!sure) return;
      await this.#customers.changeSubscription(this.#id, purchase, preview.prorationAtMs);
      this.chosen = null;
      await this.reload();
      toast('Plan changed');
    });
  }

  async #end(verb: 'cancel' | 'resume', { detail: { customer } }: Data): Promise<void> {
    if (verb === 'cancel') {
      const sure = await confirm({
        title: 'Cancel the subscription?',
        text: `${nameOf(customer)} keeps the plan until the period that is paid ends, and is charged no more. Until then it can be taken back.`,
        action: 'Cancel at the end',
        danger: true,
        cancel: 'Keep it',
      });
      if (!sure) return;
    }
    const words = verb === 'cancel' ? 'It ends with the period' : 'It goes on';
    await this.#do(verb, words, () => this.#customers.endSubscription(this.#id, verb));
  }

  async #give(giving: UsageCard['giving']): Promise<void> {
    const opens =
      this.giving?.feature !== giving?.feature || this.giving?.isGrant !== giving?.isGrant;
    this.giving = giving;
    if (!opens) return;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#give')?.focus();
  }

  async #adjust(feature: string, units: number | null): Promise<void> {
    if (units === null) {
      const sure = await confirm({
        title: `Reset ${feature}?`,
        text: 'The count of this period goes back to 0. What was billed stays billed, and the usage day by day stays as it was.',
        action: 'Reset',
      });
      if (!sure) return;
    }
    const name = `${units === null ? 'reset' : 'give'} ${feature}`;
    const words = units === null ? 'Count reset' : 'Units given back';
    const isDone = await this.#do(name, words, () =>
      this.#customers.adjust(this.#id, feature, units),
    );
    if (isDone) this.giving = null;
  }

  async #grant(feature: string, units: number): Promise<void> {
    const words = units > 0 ? 'Units granted' : 'Grant taken back';
    const isDone = await this.#do(`grant ${feature}`, words, () =>
      this.#customers.grant(this.#id, feature, units),
    );
    if (isDone) this.giving = null;
  }

  async #showHistory(feature: string): Promise<void> {
    this.#feature = feature;
    await this.act('history', async () => {
      const history = await this.#customers.history(this.#id, feature);
      if (this.data) this.data = { ...this.data, history };
    });
  }

  async #signOut(session: string | null): Promise<void> {
    await this.#do('sign-out', 'Signed out', () => this.#customers.signOut(this.#id, session));
  }

  async #ban(banned: boolean): Promise<void> {
    if (banned) {
      const sure = await confirm({
        title: 'Ban this customer?',
        text: 'They are signed out everywhere and cannot sign in. A subscription goes on: cancel it as well, if nothing more is to be charged.',
        action: 'Ban',
        danger: true,
      });
      if (!sure) return;
    }
    await this.#do('ban', banned ? 'Banned' : 'Let in again', () =>
      this.#customers.update(this.#id, { banned }),
    );
  }

  async #erase(): Promise<void> {
    const { customer } = this.data?.detail ?? {};
    if (!customer) return;
    const sure = await confirm({
      title: 'Erase this customer?',
      text: 'The subscription ends at once, without a refund. Sessions, usage and names are erased; orders stay, without who bought. This cannot be taken back.',
      action: 'Erase for ever',
      danger: true,
      typed: customer.email ?? customer.id,
    });
    if (!sure) return;
    if (!(await this.act('erase', () => this.#customers.remove(this.#id)))) return;
    releaseUnsaved();
    toast('Customer erased');
    go(paths.customers(this.projectId, this.context.mode), true);
  }

  /** Plan and usage follow what happens elsewhere, unless something is being done here. */
  async #refresh(): Promise<void> {
    if (this.data === null || this.busy !== null) return;
    try {
      const detail = await this.#customers.get(this.#id);
      if (this.busy === null && this.data) this.data = { ...this.data, detail };
    } catch (error) {
      // What is shown stays; the next thing that is asked for says what is wrong.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  override render(): TemplateResult | unknown[] {
    if (this.loadFailure?.code !== 'customer_not_found') return super.render();
    const back = paths.customers(this.projectId, this.context.mode);
    return [
      this.head(),
      emptyState(
        'There is no such customer',
        'It was erased, or is of the other mode of this project.',
        html`<a class="button" href=${back}>All customers</a>`,
      ),
    ];
  }
}
customElements.define('page-customer', CustomerPage);
