import type { ClerkClient as Clerk } from '@clerk/backend';

/** Never a customer's id, and long enough that no own application has a person of this name. */
const USERNAME = 'dream_nobody_of_this_name';

/**
 * Finds the user whose password nobody knows, and makes it where there is none. A sign-in with an
 * address that has no password is checked against it, so that it takes as long and asks Clerk for as
 * much as one with an address that has. `forget` is for when Clerk says the user is gone.
 */
export function createNobody(clerk: Clerk): { id(): Promise<string>; forget(): void } {
  let known: string | undefined;
  return {
    async id() {
      known ??= (await find(clerk)) ?? (await make(clerk));
      return known;
    },
    forget() {
      known = undefined;
    },
  };
}

async function find(clerk: Clerk): Promise<string | undefined> {
  const { data } = await clerk.users.getUserList({ username: [USERNAME], limit: 1 });
  return data[0]?.id;
}

async function make(clerk: Clerk): Promise<string> {
  const password = crypto.randomUUID();
  const params = { username: USERNAME, password, skipUserRequirement: true };
  try {
    return (await clerk.users.createUser(params)).id;
  } catch (error) {
    // Another isolate was first.
    const made = await find(clerk);
    if (made === undefined) throw error;
    return made;
  }
}
