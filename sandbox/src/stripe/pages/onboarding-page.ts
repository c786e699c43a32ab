import { Hono } from 'hono';
import { html, page } from '../../core/page.ts';
import { changeAccount } from '../account-entity.ts';
import type { Accounts, Connected, Stage } from '../accounts.ts';
import { parseForm, text } from '../form.ts';
import type { Entity, Scope } from '../scope.ts';
import type { World } from '../world.ts';

const STYLES = `
main { max-width: 34rem; } @media (min-width: 48rem) { main { padding-top: 12vh; } }
form { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; display: grid; gap: .75rem; }
label { font-weight: 500; display: grid; gap: .25rem; } p { color: var(--quiet); margin: 0 0 1.25rem; } button { min-height: 2.75rem; }`;

/** How long a link that was opened may be completed. */
const OPEN_SECONDS = 3_600;

const STAGES: Record<string, Stage> = { submit: 'ready', review: 'submitted' };

/** The page of an account link, where a seller says who it is. A link opens once. */
export function onboardingPages(world: World, accounts: Accounts): Hono {
  const app = new Hono().basePath('/setup/s/:account');
  const find = (account: string, id: string) => {
    const found = world.find('account_link', id);
    const seller = accounts.get(account);
    return found?.entity.account === account && seller ? { ...found, seller } : null;
  };

  app.get('/:id', (c) => {
    const found = find(c.req.param('account'), c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    const { scope, entity: link, seller } = found;
    const isSpent = link.opened_at !== null || Number(link.expires_at) <= scope.nowSeconds();
    if (isSpent) return c.redirect(String(link.refresh_url));
    scope.put('account_link', { ...link, opened_at: scope.nowSeconds() });
    return c.html(view(seller));
  });

  app.post('/:id', async (c) => {
    const found = find(c.req.param('account'), c.req.param('id'));
    if (!found) return c.html(gone(), 404);
    const { scope, entity: link, seller } = found;
    if (!isOpen(scope, link)) return c.redirect(String(link.refresh_url), 303);
    const form = parseForm(await c.req.text());
    const stage = STAGES[text(form, 'action') ?? ''];
    if (stage) {
      changeAccount(accounts, world.scope(seller.id, scope.livemode), seller, {
        name: text(form, 'name') ?? seller.name,
        email: text(form, 'email') ?? seller.email,
        stage,
      });
    }
    scope.put('account_link', { ...link, expires_at: 0, opened_at: 0 });
    return c.redirect(String(link.return_url), 303);
  });
  return app;
}

const isOpen = (scope: Scope, link: Entity) =>
  link.opened_at !== null && Number(link.opened_at) + OPEN_SECONDS > scope.nowSeconds();

function view(seller: Connected): string {
  const body = html`<main><h1>Get paid with Stripe</h1>
    <p>Sandbox: say who sells. Nothing is checked, and nothing leaves this machine.</p>
    <form method="post">
      <label for="name">Business name<input id="name" name="name" value="${seller.name}" autocomplete="organization"></label>
      <label for="email">Email<input id="email" name="email" type="email" value="${seller.email}" autocomplete="email"></label>
      <button class="primary" name="action" value="submit">Submit</button>
      <button name="action" value="review">Submit, and be under review</button>
      <button name="action" value="later">Save for later</button>
    </form></main>`;
  return page({ title: 'Get paid with Stripe', body, styles: STYLES });
}

const gone = () =>
  page({
    title: 'Not found',
    body: html`<main><h1>Nothing here</h1><p>This link does not exist.</p></main>`,
    styles: STYLES,
  });
