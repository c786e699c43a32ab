import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html, page } from '../core/page.ts';
import type { ExternalAccount, OAuthFlow, ProviderAccount } from './entities.ts';
import { newSecret } from './ids.ts';
import { providerName } from './oauth.ts';
import { emailOf } from './rules.ts';
import type { Scope } from './scope.ts';
import { settingsOf } from './settings.ts';

/**
 * A social provider's sign-in page, `/provider/<strategy>/authorize`: choose or make up an
 * account, allow or deny. Who agreed before in this browser and is expected by `login_hint` is sent
 * on without being asked, as real providers do. `open` gives the instance whose id came as `client_id`.
 */
export function providerApp(open: (clientId: string, c: Context) => Scope | null): Hono {
  const app = new Hono().basePath('/provider');
  app.get('/:strategy/authorize', (c) => {
    const asked = askedFor(c, open(c.req.query('client_id') ?? '', c), new URL(c.req.url));
    if (!asked) return c.html(deadEnd(), 400);
    if (settingsOf(asked.scope.instance).oauthSeversOpener) {
      c.header('Cross-Origin-Opener-Policy', 'same-origin');
    }
    c.header('Cache-Control', 'no-store');
    const known = new URLSearchParams(getCookie(c, asked.flow.strategy) ?? '');
    const expected = c.req.query('login_hint');
    if (expected && known.get('email') === expected) return agreed(c, asked, known);
    return c.html(choicePage(asked, accountsAt(asked)));
  });
  app.post('/:strategy/authorize', async (c) => {
    const asked = askedFor(c, open(c.req.query('client_id') ?? '', c), new URL(c.req.url));
    if (!asked) return c.html(deadEnd(), 400);
    const form = new URLSearchParams(await c.req.text());
    if (form.get('decision') !== 'allow') {
      return c.redirect(callbackOf(asked, { error: 'access_denied' }), 303);
    }
    return agreed(c, asked, form);
  });
  return app;
}

/** Sends the visitor back with a code for the account that `form` describes, and remembers it. */
function agreed(c: Context, asked: Asked, form: URLSearchParams): Response | Promise<Response> {
  const { scope, flow } = asked;
  const account = accountOf(flow, form);
  if (!account) return c.html(choicePage(asked, accountsAt(asked), 'This is no address.'), 422);
  setCookie(c, flow.strategy, form.toString(), {
    path: '/provider',
    httpOnly: true,
    sameSite: 'Lax',
  });
  const code = newSecret();
  scope.oauthGrants.put({ id: code, state: flow.id, account });
  return c.redirect(callbackOf(asked, { code }), 303);
}

/** Clerk's callback, with what became of the visit. */
function callbackOf({ scope, flow }: Asked, outcome: Record<string, string>): string {
  const params = new URLSearchParams({ state: flow.id, ...outcome });
  return `${scope.frontendUrl}/v1/oauth_callback?${params}`;
}

/** A request that a provider takes: of an app it knows, for a trip that is under way. */
interface Asked {
  scope: Scope;
  flow: OAuthFlow;
  /** Where the page's forms go: this page with its query. */
  action: string;
}

function askedFor(c: Context, scope: Scope | null, url: URL): Asked | null {
  const flow = scope?.oauthFlows.get(url.searchParams.get('state') ?? '');
  if (!scope || !flow || flow.strategy !== c.req.param('strategy')) return null;
  const registered = `${scope.frontendUrl}/v1/oauth_callback`;
  if (url.searchParams.get('redirect_uri') !== registered) return null;
  return { scope, flow, action: `${url.pathname}${url.search}` };
}

/** The account that a form describes; null when its e-mail is none. */
function accountOf(flow: OAuthFlow, form: URLSearchParams): ProviderAccount | null {
  const typed = form.get('email')?.trim() ?? '';
  let email: string | null = null;
  try {
    if (typed) email = emailOf(typed);
  } catch {
    return null;
  }
  const { strategy } = flow;
  const subject = form.get('subject')?.trim() || (email && subjectOf(strategy, email));
  if (!subject) return null;
  return {
    strategy,
    subject,
    email,
    emailVerified: email !== null && form.get('email_verified') === 'true',
    firstName: form.get('first_name')?.trim() ?? '',
    lastName: form.get('last_name')?.trim() ?? '',
  };
}

/** The same address is the same account at every app, as it is at a real provider. */
function subjectOf(strategy: string, email: string): string {
  const digest = createHash('sha256').update(`${strategy} ${email}`).digest('hex');
  return BigInt(`0x${digest.slice(0, 16)}`).toString();
}

function accountsAt({ scope, flow }: Asked): ExternalAccount[] {
  return scope.users
    .list()
    .flatMap((user) => user.externalAccounts)
    .filter((account) => account.strategy === flow.strategy);
}

function choicePage(asked: Asked, accounts: ExternalAccount[], flaw?: string): string {
  const name = providerName(asked.flow.strategy);
  const known = accounts.map(
    (account) => html`<form method="post" action="${asked.action}">
      <input type="hidden" name="email" value="${account.email}" />
      <input type="hidden" name="subject" value="${account.subject}" />
      <input type="hidden" name="first_name" value="${account.firstName}" />
      <input type="hidden" name="last_name" value="${account.lastName}" />
      <input type="hidden" name="email_verified" value="${account.emailVerified}" />
      <button name="decision" value="allow">${account.email ?? account.subject}</button>
    </form>`,
  );
  const body = html`<main>
    <h1>Sign in with ${name}</h1>
    <p>This page stands in for ${name}. Be whoever you like.</p>
    ${known}
    <form method="post" action="${asked.action}">
      <label>E-mail <input type="email" name="email" autocomplete="off" autofocus /></label>
      <label class="check">
        <input type="checkbox" name="email_verified" value="true" checked />
        ${name} has verified this e-mail
      </label>
      <label>First name <input name="first_name" /></label>
      <label>Last name <input name="last_name" /></label>
      <label>Account id <input name="subject" placeholder="made from the e-mail" /></label>
      ${flaw && html`<p role="alert">${flaw}</p>`}
      <p class="choice">
        <button class="primary" name="decision" value="allow">Allow</button>
        <button name="decision" value="deny" formnovalidate>Deny</button>
      </p>
    </form>
  </main>`;
  return page({ title: `Sign in with ${name}`, body, styles: STYLES });
}

function deadEnd(): string {
  const body = html`<main>
    <h1>This sign-in is over</h1>
    <p>Go back to the site and start again.</p>
  </main>`;
  return page({ title: 'This sign-in is over', body, styles: STYLES });
}

const STYLES = `
main { max-width: 26rem; padding-top: 3rem; }
p { color: var(--quiet); }
form { display: grid; gap: .9rem; margin: 0 0 1rem; }
label { display: grid; gap: .25rem; font-weight: 600; }
.check { display: flex; align-items: center; gap: .5rem; font-weight: 400; }
.check input { width: 1.25rem; min-height: 1.25rem; }
.choice { display: flex; gap: .6rem; margin: .5rem 0 0; }
[role=alert] { color: var(--bad); margin: 0; }
`;
