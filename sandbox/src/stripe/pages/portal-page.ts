import { Hono } from 'hono';
import { absentDecline, cardOfNumber, DECLINE_TEXT } from '../cards.ts';
import { change } from '../change.ts';
import { Fault } from '../faults.ts';
import { type Params, parseForm, text } from '../form.ts';
import { collect } from '../invoice-life.ts';
import { attach, createCard } from '../payment-methods.ts';
import { PORTAL_SECONDS } from '../routes/portal.ts';
import type { Entity, Scope } from '../scope.ts';
import { scheduledEnd } from '../subscription-change.ts';
import { changeSubscription, isOver } from '../subscription-end.ts';
import { itemsOf } from '../subscription-items.ts';
import { updateSubscription } from '../subscription-update.ts';
import type { World } from '../world.ts';
import { incomplete } from './checkout-input.ts';
import { gone, offeredPrices, portalView, receiptView, type Seen } from './portal-view.ts';

/** The page where a customer sees, changes and cancels what it pays for. */
export function portalPages(world: World): Hono {
  const app = new Hono().basePath('/p/session');
  const find = (id: string) => {
    const found = world.find('billing_portal.session', id);
    const isOpen =
      found && Number(found.entity.created) + PORTAL_SECONDS > found.scope.nowSeconds();
    return isOpen ? found : null;
  };
  const seen = ({ scope, entity }: { scope: Scope; entity: Entity }, error = ''): Seen => ({
    scope,
    session: entity,
    business: world.nameOf(scope),
    error,
  });

  app.get('/:id', (c) => {
    const found = find(c.req.param('id'));
    return found ? c.html(portalView(seen(found))) : c.html(gone(), 404);
  });

  app.get('/:id/invoices/:invoice', (c) => {
    const found = find(c.req.param('id'));
    const invoice = found?.scope.get('invoice', c.req.param('invoice'));
    if (!found || !invoice || invoice.customer !== found.entity.customer)
      return c.html(gone(), 404);
    return c.html(receiptView(seen(found), invoice));
  });

  app.post('/:id', async (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    const { scope, entity: session } = found;
    try {
      act(scope, session, parseForm(await c.req.text()));
    } catch (error) {
      if (error instanceof Fault) return c.html(portalView(seen(found, error.message)), 402);
      throw error;
    }
    return c.redirect(`/p/session/${session.id}`, 303);
  });
  return app;
}

/** Does what a button says, to what is the customer's own. */
function act(scope: Scope, session: Entity, form: Params): void {
  const action = text(form, 'action');
  if (action === 'card') return changeCard(scope, session, form);
  if (action === 'pay') {
    const invoice = scope.get('invoice', text(form, 'invoice') ?? '');
    if (invoice && invoice.customer === session.customer && invoice.status === 'open')
      collect(scope, invoice);
    return;
  }
  const subscription = scope.get('subscription', text(form, 'subscription') ?? '');
  if (!subscription || subscription.customer !== session.customer || isOver(subscription)) return;
  if (action === 'cancel' || action === 'resume') {
    // Flexible billing: a cancellation by portal sets the instant, not `cancel_at_period_end`.
    changeSubscription(scope, subscription, {
      ...scheduledEnd(scope, subscription, action === 'cancel'),
      cancel_at_period_end: false,
    });
  }
  if (action === 'switch') switchPlan(scope, session, { subscription, form });
}

function switchPlan(
  scope: Scope,
  session: Entity,
  { subscription, form }: { subscription: Entity; form: Params },
): void {
  const price = text(form, 'price') ?? '';
  const item = itemsOf(subscription)[0];
  const isOffered = offeredPrices(scope, session, subscription).some(({ id }) => id === price);
  if (!isOffered || !item) return;
  updateSubscription(scope, subscription, {
    items: [{ id: item.id, price }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'error_if_incomplete',
  });
}

/** Keeps a new card and pays with it from now on. Throws for one that is refused. */
function changeCard(scope: Scope, session: Entity, form: Params): void {
  const fault = incomplete(form);
  const number = (text(form, 'cardNumber') ?? '').replace(/\s/g, '');
  const card = cardOfNumber(number);
  if (fault !== null || !card)
    throw new Fault(402, 'card_error', fault ?? 'Your card number is incorrect.');
  const declined = absentDecline(number);
  if (card.declines && !card.attaches && declined)
    throw new Fault(402, 'card_error', DECLINE_TEXT[declined].message);
  const customer = scope.must('customer', String(session.customer));
  const name = text(form, 'billingName') ?? null;
  const method = attach(scope, createCard(scope, number, { name }), customer.id);
  change(scope, 'customer', 'customer.updated', customer, {
    invoice_settings: {
      ...(customer.invoice_settings as object),
      default_payment_method: method.id,
    },
  });
  for (const subscription of scope.list('subscription')) {
    if (subscription.customer === customer.id && !isOver(subscription))
      changeSubscription(scope, subscription, { default_payment_method: method.id });
  }
}
