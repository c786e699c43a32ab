import type { Accounts } from './accounts.ts';
import { catchUp } from './catch-up.ts';
import { finishAdvances } from './test-clock.ts';
import { inItsTime } from './time-of.ts';
import { type Entity, type Ground, type Kind, openScope, PLATFORM, type Scope } from './scope.ts';

/** The scopes of the sandbox: one for each account and mode. */
export interface World {
  /** What one account has in one mode, as it is by now. */
  scope(account: string, livemode: boolean): Scope;
  /** Every account and mode that can hold something. */
  scopes(): Scope[];
  /** An object whose account is not known, as on the pages people visit. */
  find(kind: Kind, id: string): { scope: Scope; entity: Entity } | null;
  /** What people read as the seller's name. */
  nameOf(scope: Scope): string;
}

/** Opens every scope of a sandbox. A scope is brought up to its present whenever it is opened. */
export function openWorld(ground: Ground, accounts: Accounts): World {
  const world: World = {
    scope(account, livemode) {
      const scope = catchUp(openScope(ground, account, livemode));
      finishAdvances(scope);
      return scope;
    },
    scopes: () =>
      [PLATFORM, ...accounts.list().map(({ id }) => id)].flatMap((id) => [
        world.scope(id, false),
        world.scope(id, true),
      ]),
    find(kind, id) {
      for (const scope of world.scopes()) {
        const entity = scope.get(kind, id);
        if (entity) return { scope: inItsTime(scope, {}, id), entity };
      }
      return null;
    },
    nameOf: (scope) =>
      accounts.get(scope.account)?.name ?? (scope.isPlatform ? 'dream' : 'Sandbox business'),
  };
  return world;
}
