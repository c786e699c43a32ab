import { page } from '../answer.ts';
import type { Accounts, Connected } from '../accounts.ts';
import { accountEntity, changeAccount } from '../account-entity.ts';
import { faults } from '../faults.ts';
import { group, link, metadata, type Params, text } from '../form.ts';
import type { Resource } from '../resource.ts';
import { type Entity, newId, PLATFORM, type Scope } from '../scope.ts';
import type { World } from '../world.ts';

/** How long an account link may be opened. */
const LINK_SECONDS = 300;

/** `/v1/account`, `/v1/accounts` (type `standard`), and `/v1/account_links`. */
export const accountRoutes = (
  accounts: Accounts,
  world: () => World,
  baseUrl: () => string,
): Resource => {
  const must = (id: string, livemode: boolean): Connected => {
    const account = accounts.get(id);
    if (!account || !accounts.canUse(id, livemode)) throw faults.noAccount(id);
    return account;
  };
  const show = (id: string, livemode: boolean): Entity =>
    id === PLATFORM ? PLATFORM_ENTITY : accountEntity(must(id, livemode));

  return {
    'GET /v1/account': (scope) => show(scope.account, scope.livemode),
    'GET /v1/accounts': (scope, params) => {
      const mine = accounts.list().filter(({ id }) => accounts.canUse(id, scope.livemode));
      return page(mine.map(accountEntity), params, '/v1/accounts');
    },
    'GET /v1/accounts/:id': (scope, _params, id) => show(id, scope.livemode),
    'POST /v1/accounts': (scope, params) => {
      const profile = group(params, 'business_profile') ?? {};
      if ((text(params, 'type') ?? 'standard') !== 'standard')
        throw faults.invalidParam('type', 'This sandbox knows accounts of type standard.');
      return accountEntity(
        accounts.create({
          name: text(profile, 'name') ?? null,
          email: text(params, 'email') ?? null,
          country: text(params, 'country') ?? 'US',
          metadata: metadata(params),
          livemode: scope.livemode,
        }),
      );
    },
    'POST /v1/accounts/:id': (scope, params, id) => {
      const old = must(id, scope.livemode);
      return changeAccount(accounts, world().scope(id, scope.livemode), old, {
        email: text(params, 'email') ?? old.email,
        metadata: metadata(params, old.metadata),
      });
    },
    'DELETE /v1/accounts/:id': (scope, _params, id) => {
      must(id, scope.livemode);
      accounts.disconnect(id, scope.livemode);
      deauthorized(world().scope(id, scope.livemode));
      return { id, object: 'account', deleted: true };
    },
    'POST /v1/account_links': (scope, params) => {
      const account = must(text(params, 'account') ?? '', scope.livemode);
      const made = newLink(scope, params, account.id);
      scope.put('account_link', made);
      const { created, expires_at } = made;
      const url = `${baseUrl()}/setup/s/${account.id}/${made.id}`;
      return { object: 'account_link', created, expires_at, url };
    },
  };
};

const PLATFORM_ENTITY = accountEntity({
  id: PLATFORM,
  name: 'dream',
  email: null,
  connected: { test: true, live: true },
});

/** Tells that an account took its permission back. */
export const deauthorized = (scope: Scope, application = 'ca_sandbox'): void =>
  scope.emit('account.application.deauthorized', {
    id: application,
    object: 'application',
    name: 'dream',
  });

function newLink(scope: Scope, params: Params, account: string): Entity {
  const type = text(params, 'type');
  if (type === undefined) throw faults.required('type');
  if (type !== 'account_onboarding')
    throw faults.invalidParam(
      'type',
      'You cannot create `account_update` type Account Links for this account.',
    );
  const [refreshUrl, returnUrl] = [link(params, 'refresh_url'), link(params, 'return_url')];
  if (refreshUrl === undefined) throw faults.required('refresh_url');
  if (returnUrl === undefined) throw faults.required('return_url');
  const nowSeconds = scope.nowSeconds();
  return {
    id: newId('alink').slice(6),
    object: 'account_link',
    account,
    created: nowSeconds,
    expires_at: nowSeconds + LINK_SECONDS,
    refresh_url: refreshUrl,
    return_url: returnUrl,
    opened_at: null,
  };
}
