import { DreamError } from '../internal/api.ts';
import { checkOut, keepPlan, openPortal, type Return } from '../internal/checkout.ts';
import { openSignup } from '../internal/open-signup.ts';
import type { Page } from '../internal/page.ts';
import type { Offer, PlanAction } from './offer.ts';
import type { Wanted } from './plan-dialog.ts';

/** What was chosen in a table of plans, and what it needs of the table. */
interface Choice extends Return {
  offer: Offer;
  action: PlanAction | 'cancel';
  page: Page;
  isEmbedded: boolean;
  /** What the offer is to the customer of now: who signed in meanwhile may have it already. */
  now: () => { action: PlanAction; hasTrial: boolean };
  /** What to say to who was promised a trial before it was known that there was one. */
  trialUsed: string;
  /** Asks once more, in the dialog; resolves to whether the plan was changed. */
  ask: (wanted: Wanted) => Promise<boolean | undefined>;
}

/**
 * Does what a visitor chose: signs up, buys, changes, manages. Resolves to the plan whose standing
 * changed, which the table then tells of; to nothing where it did not, or the page is left.
 */
export async function follow(choice: Choice): Promise<string | undefined> {
  const { offer, action, page, isEmbedded, successUrl, cancelUrl } = choice;
  const tier = offer.tier.name;
  switch (action) {
    case 'change':
      return ask(choice, offer);
    case 'cancel':
      return ask(choice, { tier: offer.tier, price: null, isCancel: true });
    case 'manage':
    case 'pay':
      await openPortal(page);
      return undefined;
    case 'resume':
      await keepPlan(page);
      return tier;
    default:
  }
  if (!page.view.customer) {
    const isPromised = choice.now().hasTrial;
    if (!(await openSignup()) || action === 'sign-up') return undefined;
    const now = choice.now();
    if (now.action === 'change') return ask(choice, offer);
    if (now.action !== 'choose') return undefined;
    if (isPromised && !now.hasTrial)
      throw new DreamError(0, { code: 'trial_used', message: choice.trialUsed });
  }
  const priceId = offer.price?.priceId;
  await checkOut(page, { tier, priceId, successUrl, cancelUrl, isEmbedded });
  return undefined;
}

async function ask({ ask, page }: Choice, wanted: Wanted): Promise<string | undefined> {
  const isChanged = await ask(wanted);
  return isChanged ? (page.view.customer?.subscription?.plan ?? wanted.tier.name) : undefined;
}
