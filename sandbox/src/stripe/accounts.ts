import type { Store } from '../core/store.ts';
import { type Entity, newId, PLATFORM } from './scope.ts';

/** A connected account, and the modes in which the platform may use it. */
export interface Connected {
  id: string;
  name: string;
  email: string | null;
  connected: { test: boolean; live: boolean };
}

/** A single-use code of the OAuth flow. */
interface Code {
  id: string;
  account: string;
  livemode: boolean;
}

/** Accounts that gave the platform access. */
export function openAccounts(store: Store) {
  const accounts = store.collection<Connected>('accounts');
  const codes = store.collection<Code>('oauth-codes');
  const mode = (livemode: boolean) => (livemode ? 'live' : 'test');
  return {
    list: () => accounts.list(),
    get: (id: string) => accounts.get(id),
    canUse: (id: string, livemode: boolean) =>
      id === PLATFORM || accounts.get(id)?.connected[mode(livemode)] === true,
    /** The account of that id, or a new one. */
    open(given: { id?: string; name?: string; email?: string }): Connected {
      const known = given.id === undefined ? undefined : accounts.get(given.id);
      if (known) return known;
      const id = given.id ?? newId('acct').slice(0, 21);
      return accounts.put({
        id,
        name: given.name ?? 'Sandbox business',
        email: given.email ?? null,
        connected: { test: false, live: false },
      });
    },
    /** A code that gives access once it is redeemed. */
    issueCode(account: string, livemode: boolean): string {
      return codes.put({ id: newId('ac'), account, livemode }).id;
    },
    /** Redeems a code; null when it is unknown, used, or of the other mode. */
    redeem(id: string, livemode: boolean): Connected | null {
      const code = codes.get(id);
      const account = code && accounts.get(code.account);
      if (!code || !account || code.livemode !== livemode) return null;
      codes.delete(id);
      return accounts.put({
        ...account,
        connected: { ...account.connected, [mode(livemode)]: true },
      });
    },
    /** Takes access back; false when there was none. */
    disconnect(id: string, livemode: boolean): boolean {
      const account = accounts.get(id);
      if (!account?.connected[mode(livemode)]) return false;
      accounts.put({ ...account, connected: { ...account.connected, [mode(livemode)]: false } });
      return true;
    },
  };
}

export type Accounts = ReturnType<typeof openAccounts>;

/** An account as `/v1/accounts` shows it. */
export function accountEntity(account: Pick<Connected, 'id' | 'name' | 'email'>): Entity {
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
