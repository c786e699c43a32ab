import { Hono } from 'hono';
import { html, page } from '../core/page.ts';
import type { Accounts } from './accounts.ts';
import { keyOf, type World } from './app.ts';
import { parseForm, text } from './form.ts';

const fault = (error: string, description: string) => ({ error, error_description: description });

/** Connect's OAuth: the page that gives access, the code's redemption, and the end of access. */
export function oauthApp({ accounts, world }: { accounts: Accounts; world: World }): Hono {
  const app = new Hono();

  app.get('/oauth/authorize', (c) => {
    const { client_id: client = '', redirect_uri: redirect = '', state = '' } = c.req.query();
    if (!/^https?:\/\//.test(redirect))
      return c.json(fault('invalid_redirect_uri', 'Invalid redirect URI'), 400);
    const known = accounts
      .list()
      .map(({ id, name }) => html`<option value="${id}">${name} (${id})</option>`);
    const body = html`<main><h1>Connect a Stripe account</h1>
      <p>Sandbox: choose a test business, or make a new one.</p>
      <form method="post">
        <input type="hidden" name="client_id" value="${client}"><input type="hidden" name="redirect_uri" value="${redirect}">
        <input type="hidden" name="state" value="${state}">
        <p><label for="account">Business</label><select id="account" name="account"><option value="">New business</option>${known}</select></p>
        <button class="primary" name="decision" value="allow">Connect</button>
        <button name="decision" value="deny">Cancel</button>
      </form></main>`;
    return c.html(page({ title: 'Connect a Stripe account', body }));
  });

  app.post('/oauth/authorize', async (c) => {
    const form = parseForm(await c.req.text());
    const target = new URL(text(form, 'redirect_uri') ?? '');
    target.searchParams.set('state', text(form, 'state') ?? '');
    if (text(form, 'decision') !== 'allow') {
      target.searchParams.set('error', 'access_denied');
      target.searchParams.set('error_description', 'The user denied your request');
      return c.redirect(target.href);
    }
    const livemode = (text(form, 'client_id') ?? '').includes('live');
    const id = text(form, 'account');
    const account = accounts.open(id === undefined ? {} : { id });
    target.searchParams.set('scope', 'read_write');
    target.searchParams.set('code', accounts.issueCode(account.id, livemode));
    return c.redirect(target.href);
  });

  app.post('/oauth/token', async (c) => {
    const form = parseForm(await c.req.text());
    const secret = text(form, 'client_secret') ?? keyOf(c.req.header('authorization'));
    const livemode = secret.startsWith('sk_live_');
    const account = accounts.redeem(text(form, 'code') ?? '', livemode);
    if (!account)
      return c.json(
        fault('invalid_grant', 'Authorization code does not exist or has been used.'),
        400,
      );
    return c.json({
      access_token: `${secret.slice(0, 8)}${account.id}`,
      livemode,
      refresh_token: `rt_${account.id}`,
      scope: 'read_write',
      stripe_publishable_key: `pk_${livemode ? 'live' : 'test'}_${account.id}`,
      stripe_user_id: account.id,
      token_type: 'bearer',
    });
  });

  app.post('/oauth/deauthorize', async (c) => {
    const form = parseForm(await c.req.text());
    const livemode = (
      text(form, 'client_secret') ?? keyOf(c.req.header('authorization'))
    ).startsWith('sk_live_');
    const id = text(form, 'stripe_user_id') ?? '';
    if (!accounts.disconnect(id, livemode))
      return c.json(
        fault('invalid_client', 'This application is not connected to that account.'),
        401,
      );
    world.scope(id, livemode).emit('account.application.deauthorized', {
      id: text(form, 'client_id') ?? '',
      object: 'application',
      name: 'dream',
    });
    return c.json({ stripe_user_id: id });
  });

  return app;
}
