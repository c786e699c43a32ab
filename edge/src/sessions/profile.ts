/** Fields of Clerk's answers that hold a person as all tenants together know them. */
const PERSONS = new Set(['user', 'user_data', 'public_user_data']);

/** What clerk-js needs of a person to finish signing in. */
const NEEDED = new Set(['object', 'id', 'user_id', 'identifier', 'primary_email_address_id']);

/**
 * The same answer without what the person told other tenants: in an application that all share, the
 * name, picture, telephone numbers and metadata of a user are not this page's to read. Whatever is
 * left out keeps its type, so that clerk-js reads on.
 */
export function withoutProfile(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProfile);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      PERSONS.has(name) && isObject(inner) ? blanked(inner) : withoutProfile(inner),
    ]),
  );
}

function blanked(person: object): object {
  const primary = 'primary_email_address_id' in person ? person.primary_email_address_id : null;
  return Object.fromEntries(
    Object.entries(person).map(([name, inner]) => {
      if (name === 'email_addresses') return [name, only(primary, inner)];
      return [name, NEEDED.has(name) ? inner : blank(inner)];
    }),
  );
}

/** Of a person's addresses the primary one, without the accounts elsewhere it is linked to. */
function only(id: unknown, addresses: unknown): object[] {
  const all: unknown[] = Array.isArray(addresses) ? addresses : [];
  return all
    .filter((address) => isObject(address) && 'id' in address && address.id === id)
    .map((address) => ({ ...(address as object), linked_to: [] }));
}

function blank(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (isObject(value)) return {};
  if (typeof value === 'string') return '';
  if (typeof value === 'number') return 0;
  return typeof value === 'boolean' ? false : null;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
