import type { Store } from '../core/store.ts';
import type { Clock } from '../core/clock.ts';
import { newId, PLATFORM } from './scope.ts';

/** How far an account is: nothing said yet, all said and being looked at, or ready to be paid. */
export type Stage = 'new' | 'submitted' | 'ready';

/** A connected account, and the modes in which the platform may use it. */
export interface Connected {
  id: string;
  name: string | null;
  email: string | null;
  connected: { test: boolean; live: boolean };
  /** Ready unless told. */
  stage?: Stage;
  country?: string;
  createdSeconds?: number;
  metadata?: Record<string, string>;
}

/** A single-use code of the OAuth flow. */
interface Code {
  id: string;
  account: string;
  livemode: boolean;
  expiresAtMs: number;
}

const CODE_MS = 5 * 60_000;

/** Accounts that gave the platform access. */
export function openAccounts(store: Store, clock: Clock) {
  const accounts = store.collection<Connected>('accounts');
  const codes = store.collection<Code>('oauth-codes');
  const mode = (livemode: boolean) => (livemode ? 'live' : 'test');
  return {
    list: () => accounts.list(),
    get: (id: string) => accounts.get(id),
    /** Whether the platform has access to an account in a mode. */
    canUse: (id: string, livemode: boolean) =>
      id === PLATFORM || accounts.get(id)?.connected[mode(livemode)] === true,
    put: (account: Connected) => accounts.put(account),
    /** A new account that the platform made, and may use in that mode. */
    create({ livemode, ...given }: Omit<Connected, 'id' | 'connected'> & { livemode: boolean }) {
      return accounts.put({
        ...given,
        id: newId('acct').slice(0, 21),
        stage: 'new',
        createdSeconds: Math.floor(clock.nowMs() / 1000),
        connected: { test: !livemode, live: livemode },
      });
    },
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
      const expiresAtMs = clock.nowMs() + CODE_MS;
      return codes.put({ id: newId('ac'), account, livemode, expiresAtMs }).id;
    },
    /** Redeems a code; null when it is unknown, used, too old, or of the other mode. */
    redeem(id: string, livemode: boolean): Connected | null {
      const code = codes.get(id);
      const account = code && accounts.get(code.account);
      if (!code || !account || code.livemode !== livemode) return null;
      codes.delete(id);
      if (code.expiresAtMs <= clock.nowMs()) return null;
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

/** The accounts of a sandbox. */
export type Accounts = ReturnType<typeof openAccounts>;
