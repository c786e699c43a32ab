import { DreamError } from './errors.ts';

/** Whom a call is about: a cust_… id or your own id, or the customer's access token. */
export type User =
  | { customer: string; token?: undefined }
  | { token: string; customer?: undefined };

/**
 * The headers that name a user. Ids that are not plain ASCII go percent-encoded, and
 * `X-User-Id-Encoding` says so. Throws TypeError when nobody is named, and what the edge would
 * answer for a text that is no token: it came from a page, so it is no mistake of the caller.
 */
export function userHeaders(user: {
  customer?: string | undefined;
  token?: string | undefined;
}): Record<string, string> {
  const { customer, token } = user;
  if (token !== undefined && !/^[\w.-]+$/.test(token)) throw noToken();
  if (customer === undefined && token !== undefined) return { 'x-user-token': token };
  const id = checkedId(customer);
  const headers: Record<string, string> = /^[\x21-\x7e]+$/.test(id)
    ? { 'x-user-id': id }
    : { 'x-user-id': encodeURIComponent(id), 'x-user-id-encoding': 'percent' };
  // Both are sent if both are given: the edge refuses them when they disagree.
  if (token !== undefined) headers['x-user-token'] = token;
  return headers;
}

/** The id, if it is one: a text that is not empty and can be written as UTF-8. Else TypeError. */
export function checkedId(id: unknown): string {
  if (typeof id !== 'string' || id === '')
    throw new TypeError('Say which customer this is for: a cust_… id, or your own id, as a text.');
  if (/\p{Surrogate}/u.test(id)) throw new TypeError('The customer id is not valid Unicode.');
  return id;
}

/**
 * The path of a customer. Throws TypeError for "." and "..", which a URL takes for a step in the path,
 * however they are written.
 */
export function customerPath(id: string): string {
  if (/^\.\.?$/.test(checkedId(id)))
    throw new TypeError(`${JSON.stringify(id)} cannot stand in a URL: use the cust_… id.`);
  return `/api/customers/${encodeURIComponent(id)}`;
}

const noToken = (): DreamError =>
  new DreamError(
    401,
    {
      error: 'Invalid token',
      message: 'Send an access token issued for this publishable key.',
      code: 'token_invalid',
    },
    null,
  );
