import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { parseForm, text } from '../form.ts';
import { settle } from '../invoice-life.ts';
import { answerChallenge } from '../payment-intents.ts';
import type { Entity } from '../scope.ts';
import { answerSetupChallenge } from '../setup-intents.ts';
import type { World } from '../world.ts';
import { formatMoney } from './format.ts';

const STYLES = `
main { max-width: 26rem; } @media (min-width: 48rem) { main { padding-top: 18vh; } }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; } h1 { font-size: 1.25rem; }
p { color: var(--quiet); margin: 0 0 1.25rem; } form { display: grid; gap: .5rem; } button { min-height: 2.75rem; }`;

/** The bank's page, where the owner of a card says yes or no to a payment (3-D Secure). */
export function challengePages(world: World): Hono {
  const app = new Hono().basePath('/3ds');
  const find = (id: string) =>
    world.find(id.startsWith('seti_') ? 'setup_intent' : 'payment_intent', id);

  app.get('/:id', (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(note('Nothing to confirm here', 'This payment does not exist.'), 404);
    if (found.entity.status !== 'requires_action')
      return c.html(note('You are done', 'There is nothing to confirm any more.'));
    return c.html(ask(found.entity, world.nameOf(found.scope)));
  });

  app.post('/:id', async (c) => {
    const found = find(c.req.param('id'));
    if (!found) return c.html(note('Nothing to confirm here', 'This payment does not exist.'), 404);
    const isOwner = text(parseForm(await c.req.text()), 'answer') === 'complete';
    const { scope, entity } = found;
    const isPayment = entity.object === 'payment_intent';
    const after = isPayment
      ? settle(scope, answerChallenge(scope, entity, isOwner))
      : answerSetupChallenge(scope, entity, isOwner);
    const back = returnUrlOf(entity);
    if (!back) return c.html(note('You are done', 'You can close the page.'));
    const target = new URL(back);
    target.searchParams.set(entity.object, entity.id);
    target.searchParams.set(`${entity.object}_client_secret`, String(entity.client_secret));
    target.searchParams.set(
      'redirect_status',
      after.status === 'succeeded' ? 'succeeded' : 'failed',
    );
    return c.redirect(target.href, 303);
  });
  return app;
}

function returnUrlOf(intent: Entity): string | null {
  const action = intent.next_action as { redirect_to_url?: { return_url: string } } | null;
  return action?.redirect_to_url?.return_url ?? null;
}

function ask(intent: Entity, business: string): string {
  const what =
    intent.object === 'payment_intent'
      ? html`<strong>${formatMoney(Number(intent.amount), String(intent.currency))}</strong> to ${business}`
      : html`your card to be kept by ${business}`;
  const body = html`<main><section><h1>Is this you?</h1>
    <p>Your bank asks you to confirm ${what}. In the sandbox, you choose how it goes.</p>
    <form method="post"><button class="primary" name="answer" value="complete" autofocus>Complete authentication</button>
      <button name="answer" value="fail">Fail authentication</button></form></section></main>`;
  return page({ title: 'Confirm the payment', body, styles: STYLES });
}

const note = (title: string, line: string) =>
  page({ title, body: html`<main><h1>${title}</h1><p>${line}</p></main>`, styles: STYLES });
