import { type Accounts, type Connected } from '../accounts.ts';
import { faults } from '../faults.ts';
import type { Resource } from '../resource.ts';
import { type Entity, PLATFORM } from '../scope.ts';

/** `/v1/account` and `/v1/accounts/{id}`. */
export const accountRoutes = (accounts: Accounts): Resource => {
  const show = (id: string, livemode: boolean): Entity => {
    if (id === PLATFORM) return accountEntity({ id, name: 'dream', email: null });
    const account = accounts.get(id);
    if (!account || !accounts.canUse(id, livemode)) throw faults.noAccount(id);
    return accountEntity(account);
  };
  return {
    'GET /v1/account': (scope) => show(scope.account, scope.livemode),
    'GET /v1/accounts/:id': (scope, _params, id) => show(id, scope.livemode),
  };
};

function accountEntity(account: Pick<Connected, 'id' | 'name' | 'email'>): Entity {
  return {
    id: account.id,
    object: 'account',
    business_profile: {
      mcc: null,
      name: account.name,
      product_description: null,
      support_email: account.email,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    country: 'US',
    created: 1_700_000_000,
    default_currency: 'usd',
    details_submitted: true,
    email: account.email,
    metadata: {},
    payouts_enabled: true,
    settings: { dashboard: { display_name: account.name, timezone: 'Etc/UTC' } },
    type: 'standard',
  };
}
