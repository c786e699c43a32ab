/** Whom a call is about: a cust_… id or your own id, or the customer's access token. */
export type User =
  | { customer: string; token?: undefined }
  | { token: string; customer?: undefined };

/** The headers that name a user. Ids that are not plain ASCII go percent-encoded. */
export function userHeaders({ customer, token }: User): Record<string, string> {
  if (token !== undefined) return { 'x-user-token': token };
  if (!customer)
    throw new TypeError('Say which customer this is for: a cust_… id, or your own id.');
  if (/^[\x21-\x7e]+$/.test(customer)) return { 'x-user-id': customer };
  return { 'x-user-id': encodeURIComponent(customer), 'x-user-id-encoding': 'percent' };
}
