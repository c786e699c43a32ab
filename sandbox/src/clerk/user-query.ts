import type { User } from './entities.ts';
import { faults } from './errors.ts';
import type { Ctx } from './http.ts';

const ORDERS: Record<string, (user: User) => number | string> = {
  created_at: (user) => user.createdAtMs,
  updated_at: (user) => user.updatedAtMs,
  last_sign_in_at: (user) => user.lastSignInAtMs ?? 0,
  last_active_at: (user) => user.lastActiveAtMs ?? 0,
  username: (user) => user.username ?? '',
  first_name: (user) => user.firstName ?? '',
  last_name: (user) => user.lastName ?? '',
};

/** The users a Backend API list or count asks for, in the order it asks for. */
export function selectUsers(c: Ctx): User[] {
  const tests = testsOf(c);
  const found = c.env.scope.users.list().filter((user) => tests.every((test) => test(user)));
  const orderBy = c.req.query('order_by') ?? '-created_at';
  const key = ORDERS[orderBy.replace(/^[+-]/, '')];
  if (!key) throw faults.value('order_by', orderBy);
  const sign = orderBy.startsWith('-') ? -1 : 1;
  const compare = (a: User, b: User) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  return found
    .map((user, index) => ({ user, index }))
    .toSorted((a, b) => sign * (compare(a.user, b.user) || a.index - b.index))
    .map(({ user }) => user);
}

function addresses(user: User): string[] {
  return user.emailAddresses.map((email) => email.address);
}

function testsOf(c: Ctx): ((user: User) => boolean)[] {
  const tests: ((user: User) => boolean)[] = [];
  const anyOf = (param: string, valuesOf: (user: User) => (string | null)[]) => {
    const wanted = c.req.queries(param)?.map((value) => value.toLowerCase());
    if (wanted) {
      tests.push((user) =>
        valuesOf(user).some((own) => wanted.includes((own ?? '').toLowerCase())),
      );
    }
  };
  anyOf('email_address', addresses);
  anyOf('username', (user) => [user.username]);
  anyOf('user_id', (user) => [user.id]);
  anyOf('external_id', (user) => [user.externalId]);
  const banned = c.req.query('banned');
  if (banned) tests.push((user) => user.banned === (banned === 'true'));
  const query = c.req.query('query')?.toLowerCase();
  if (query) {
    tests.push((user) =>
      [user.id, user.username, user.firstName, user.lastName, ...addresses(user)].some((own) =>
        own?.toLowerCase().includes(query),
      ),
    );
  }
  return tests;
}
