import { Hono } from 'hono';
import { html, page } from '../core/page.ts';
import type { Accounts } from './accounts.ts';
import { type Params, parseForm, text } from './form.ts';
import { deauthorized } from './routes/accounts.ts';
import { isLive, keyOf } from './secret-key.ts';
import type { World } from './world.ts';

const isWebAddress = (given: string) => /^https?:/.test(given) && URL.canParse(given);

/** The key of a call, in its form or its header. */
const secretOf = (form: Params, header: string | undefined) =>
  text(form, 'client_secret') ?? keyOf(header);

const fault = (error: string, description: string) => ({ error, error_description: description });

const STYLES = `
main { max-width: 34rem; } @media (min-width: 48rem) { main { padding-top: 15vh; } }
form { background: var(--paper); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; }
label { display: block; font-weight: 500; margin-bottom: .25rem; } form p { margin: 0 0 1.25rem; }`;

/** Connect's OAuth: the page that gives access, the code's redemption, and the end of access. */
export function oauthApp({ accounts, world }: { accounts: Accounts; world: World }): Hono {
  const app = new Hono();

  app.get('/oauth/authorize', (c) => {
    const { client_id: client = '', redirect_uri: redirect = '', state = '' } = c.req.query();
    if (!isWebAddress(redirect))
      return c.json(fault('invalid_redirect_uri', 'Invalid redirect URI'), 400);
    const known = accounts
      .list()
      .map(
        ({ id, name }) =>
          html`<option value="${id}">${name ?? 'Sandbox business'} (${id})</option>`,
      );
    const body = html`<main><h1>Connect a Stripe account</h1>
      <p>Sandbox: choose a test business, or make a new one.</p>
      <form method="post">
        <input type="hidden" name="client_id" value="${client}"><input type="hidden" name="redirect_uri" value="${redirect}">
        <input type="hidden" name="state" value="${state}">
        <p><label for="account">Business</label><select id="account" name="account"><option value="">New business</option>${known}</select></p>
        <button class="primary" name="decision" value="allow">Connect</button>
        <button name="decision" value="deny">Cancel</button>
      </form></main>`;
    return c.html(page({ title: 'Connect a Stripe account', body, styles: STYLES }));
  });

  app.post('/oauth/authorize', async (c) => {
    const form = parseForm(await c.req.text());
    const redirect = text(form, 'redirect_uri') ?? '';
    if (!isWebAddress(redirect))
      return c.json(fault('invalid_redirect_uri', 'Invalid redirect URI'), 400);
    const target = new URL(redirect);
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
    const secret = secretOf(form, c.req.header('authorization'));
    const livemode = isLive(secret);
    if (text(form, 'grant_type') !== 'authorization_code')
      return c.json(fault('unsupported_grant_type', 'Use authorization_code.'), 400);
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
    const livemode = isLive(secretOf(form, c.req.header('authorization')));
    const id = text(form, 'stripe_user_id') ?? '';
    if (!accounts.disconnect(id, livemode))
      return c.json(
        fault('invalid_client', 'This application is not connected to that account.'),
        401,
      );
    deauthorized(world.scope(id, livemode), text(form, 'client_id'));
    return c.json({ stripe_user_id: id });
  });

  return app;
}
