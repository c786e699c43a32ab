import type { PublicTier, UsageStatus } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { config } from '../../config.ts';
import { signedIn } from '../../session.ts';
import { overageSoFar, planSentence } from '../../standing.ts';
import { count, day, money } from '../../ui/format.ts';
import { Page } from '../page.ts';

interface Plan {
  tiers: readonly PublicTier[];
  usage: UsageStatus | null;
}

/** What the developer pays us: the elements that any customer's page has, of the platform's project. */
class PlanPage extends Page<Plan> {
  readonly #update = () => void this.reload();

  override connectedCallback(): void {
    super.connectedCallback();
    for (const event of CHANGES) document.addEventListener(event, this.#update);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const event of CHANGES) document.removeEventListener(event, this.#update);
  }

  protected async load(signal: AbortSignal): Promise<Plan> {
    const { call, edge } = this.context;
    const [tiers, usage] = await Promise.all([
      publicTiers(edge, signal),
      call<UsageStatus>('GET', '/api/usage?feature=customers', { signal }).catch(() => null),
    ]);
    return { tiers, usage };
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Your plan</h1>
        <p>What live mode costs you, for all your projects together.</p>
      </div>
    </div>`;
  }

  protected body({ tiers, usage }: Plan): TemplateResult {
    return html`${this.#current(tiers)}
      <section class="card" aria-labelledby="end-users-title">
        <h2 id="end-users-title">End users this month</h2>
        <dream-usage-meter feature="customers" label="Active end users"></dream-usage-meter>
        ${estimate(tiers, usage)}
        <p class="small muted">
          Customers of live mode who signed in, paid or used something this month, each once. A few minutes
          late.
        </p>
      </section>
      <section class="plans" aria-labelledby="plans-title">
        <h2 id="plans-title">Plans</h2>
        <dream-pricing></dream-pricing>
      </section>
      <section class="card" aria-labelledby="end-title">
        <h2 id="end-title">If you cancel</h2>
        <ol class="steps-told">
          <li>Your plan goes on to the end of what is paid for.</li>
          <li>For some days more everything works, and every page here says until when.</li>
          <li>Then the API of your projects stops. You can still look at your data and export it here.</li>
          <li>Later your projects are erased, on a day that every page names. Choose a plan before it, and everything goes on.</li>
        </ol>
      </section>`;
  }

  #current(tiers: readonly PublicTier[]): TemplateResult {
    const customer = signedIn();
    const name = tiers.find((tier) => tier.name === customer?.plan)?.displayName ?? customer?.plan;
    return html`<section class="card" aria-labelledby="current-title">
      <h2 id="current-title">Now</h2>
      <p>${customer ? planSentence(customer, name ?? '', Date.now(), day) : nothing}</p>
      ${
        customer?.hadTrial
          ? html`<div class="buttons">
              <button
                class="button"
                type="button"
                ?disabled=${this.busy !== null}
                @click=${() => void this.act('portal', () => this.#openPortal())}
              >
                ${this.busy === 'portal' ? 'Opening…' : 'Payment, invoices and cancelling'}
              </button>
            </div>`
          : nothing
      }
    </section>`;
  }

  async #openPortal(): Promise<void> {
    const body = { returnUrl: location.href };
    const { url } = await this.context.call<{ url: string }>('POST', '/api/customer-portal', {
      body,
    });
    location.assign(url);
  }
}
customElements.define('page-plan', PlanPage);

/** What the widgets say when the plan may be another one. */
const CHANGES = ['dream-plan-change', 'dream-checkout-complete', 'dream-usage-change'] as const;

function estimate(
  tiers: readonly PublicTier[],
  usage: UsageStatus | null,
): TemplateResult | typeof nothing {
  if (usage === null) return nothing;
  const currency = signedIn()?.subscription?.price?.currency ?? null;
  const overage = overageSoFar(usage, tiers, currency);
  if (overage === null) return nothing;
  const each = money(overage.unitPriceMinor, overage.currency);
  const lot = overage.perUnits === 1 ? 'each' : `for every ${count(overage.perUnits)}`;
  return html`<p>
    ${
      overage.units === 0
        ? `All within your plan. Further end users cost ${each} ${lot}.`
        : `${count(overage.units)} above your plan at ${each} ${lot}: ${money(overage.priceMinor, overage.currency)} so far, on your next bill.`
    }
  </p>`;
}

/** The plans, as any visitor sees them: they need no session, which could not tell a price, either. */
async function publicTiers(edge: string, signal: AbortSignal): Promise<readonly PublicTier[]> {
  const answer = await fetch(`${edge}/api/tiers?pk=${config.platformKey}`, { signal });
  return ((await answer.json()) as { tiers?: PublicTier[] }).tiers ?? [];
}
