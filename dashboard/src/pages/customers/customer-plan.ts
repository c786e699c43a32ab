import type { CustomerDetail, PlanChangePreview, Subscription, Tier } from '@dream/contract';
import { html, nothing, type TemplateResult } from 'lit';
import { nameOf, SOURCE_WORDS, standing, whyPlan } from '../../customers.ts';
import type { Purchase } from '../../customers-api.ts';
import { codeBlock } from '../../ui/copy-button.ts';
import { choice } from '../../ui/field.ts';
import { day, money } from '../../ui/format.ts';

/** What is chosen in the card of a customer's plan, and what can be done there. */
export interface PlanCard {
  detail: CustomerDetail;
  tiers: readonly Tier[];
  /** The tier that is chosen, and of a subscriber the price, too. */
  chosen: string;
  /** A page that was made for the customer to go to. */
  link: string | null;
  busy: string | null;
  choose: (chosen: string) => void;
  setPlan: () => void;
  checkout: () => void;
  portal: () => void;
  change: () => void;
  end: (verb: 'cancel' | 'resume') => void;
}

/** A customer's plan, where it comes from, and how it is changed. */
export function planCard(card: PlanCard): TemplateResult {
  const { detail, tiers, link } = card;
  const { customer } = detail;
  const { kind, words } = standing(customer);
  const display = tiers.find(({ name }) => name === customer.plan)?.displayName ?? customer.plan;
  return html`<section class="card" aria-labelledby="plan-title">
    <div class="card-head">
      <h2 id="plan-title">Plan: ${display}</h2>
      <div class="buttons">
        <span class="badge">${SOURCE_WORDS[customer.planSource]}</span>
        <span class="badge ${kind}">${words}</span>
      </div>
    </div>
    <p class="muted">${whyPlan(detail)}</p>
    ${customer.subscription ? subscribed(card, customer.subscription) : unsubscribed(card)}
    ${
      link === null
        ? nothing
        : html`<div id="link" tabindex="-1">
            ${codeBlock(link, 'the link', `For ${nameOf(customer)} alone: send it, or open it`)}
            <div class="buttons link-open">
              <a class="button" href=${link} target="_blank" rel="noreferrer">Open the page</a>
            </div>
          </div>`
    }
  </section>`;
}

function unsubscribed(card: PlanCard): TemplateResult {
  const { tiers, chosen, detail } = card;
  const isSold = Boolean(tiers.find(({ name }) => name === chosen)?.prices.length);
  const isSame = detail.setPlan === chosen;
  return html`<div class="plan-choice">
    ${choice({
      id: 'tier',
      label: 'Another plan',
      value: chosen,
      choices: tiers.map(({ name, displayName, archived }) => [
        name,
        archived ? `${displayName} (archived)` : displayName,
      ]),
      onInput: card.choose,
    })}
    <div class="buttons">
      ${button(card, 'plan', isSame ? 'Set already' : 'Give it without payment', card.setPlan, isSame)}
      ${isSold ? button(card, 'checkout', 'Make a page to pay on', card.checkout) : nothing}
    </div>
  </div>`;
}

function subscribed(card: PlanCard, subscription: Subscription): TemplateResult {
  const { chosen, detail } = card;
  const purchases = purchasesOf(card.tiers, subscription);
  const isEnding = subscription.endsAtMs !== null || subscription.next !== null;
  return html`<dl class="fact-grid">${factsOf(subscription)}</dl>
    ${
      purchases.length === 0
        ? nothing
        : html`<div class="plan-choice">
            ${choice({
              id: 'tier',
              label: 'Another plan, in this subscription',
              value: chosen,
              choices: [['', 'Choose one'] as const, ...purchases],
              onInput: card.choose,
            })}
            <div class="buttons">
              ${button(card, 'change', 'See what it costs', card.change, chosen === '')}
            </div>
          </div>`
    }
    <div class="buttons">
      ${button(card, 'portal', `Open the portal of ${nameOf(detail.customer)}`, card.portal)}
      ${
        isEnding
          ? button(card, 'resume', 'Let it go on', () => card.end('resume'))
          : button(card, 'cancel', 'Cancel at the end of the period', () => card.end('cancel'))
      }
    </div>`;
}

function factsOf({
  price,
  renewsAtMs,
  endsAtMs,
  trialEndsAtMs,
  graceEndsAtMs,
  next,
}: Subscription): unknown[] {
  const facts: [string, string | null][] = [
    ['Pays', price && `${money(price.priceMinor, price.currency)} a ${price.interval}`],
    ['Trial ends', trialEndsAtMs === null ? null : day(trialEndsAtMs)],
    ['Ends', endsAtMs === null ? null : day(endsAtMs)],
    ['Renews', endsAtMs !== null || renewsAtMs === null ? null : day(renewsAtMs)],
    ['Waited for payment until', graceEndsAtMs === null ? null : day(graceEndsAtMs)],
    ['Then', next && `${next.plan}, from ${day(next.atMs)}`],
  ];
  return facts.map(([term, words]) =>
    words === null ? nothing : html`<div><dt>${term}</dt><dd>${words}</dd></div>`,
  );
}

/** The prices a subscriber could go over to, as a choice: those in the currency paid now. */
function purchasesOf(tiers: readonly Tier[], { price }: Subscription): [string, string][] {
  return tiers.flatMap(({ name, displayName, prices }) =>
    prices.flatMap(({ priceId, priceMinor, currency, interval }): [string, string][] =>
      priceId === null || priceId === price?.priceId || (price && currency !== price.currency)
        ? []
        : [[`${name} ${priceId}`, `${displayName}: ${money(priceMinor, currency)} a ${interval}`]],
    ),
  );
}

/** What a choice of a subscriber's stands for. */
export function purchaseIn(chosen: string): Purchase {
  const [tier = '', priceId] = chosen.split(' ');
  return priceId === undefined ? { tier } : { tier, priceId };
}

/** What a change would mean, in a sentence. */
export function changeWords(preview: PlanChangePreview, who: string): string {
  const { kind, dueNowMinor, creditMinor, nextMinor, currency, startsAtMs } = preview;
  const then = `${money(nextMinor, currency)} with each period from then on`;
  if (kind === 'downgrade')
    return `Nothing is charged now. From ${day(startsAtMs)} on it is the new plan: ${then}.`;
  const credit =
    creditMinor > 0 ? ` ${money(creditMinor, currency)} stays as credit for coming invoices.` : '';
  return `The card of ${who} is charged ${money(dueNowMinor, currency)} now, and the plan is changed at once: ${then}.${credit}`;
}

const button = (
  { busy }: PlanCard,
  name: string,
  words: string,
  act: () => void,
  isOff = false,
): TemplateResult =>
  html`<button
    class="button"
    type="button"
    aria-disabled=${String(busy !== null || isOff)}
    @click=${() => (isOff ? undefined : act())}
  >
    ${busy === name ? 'One moment…' : words}
  </button>`;
