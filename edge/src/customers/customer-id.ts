import { ALPHABET, base32 } from '../auth/base32.ts';

/** How many shards new customers are spread over. More may be added; old ids keep theirs. */
export const SHARDS = 16;

const CUSTOMER_ID = /^cust_([0-9a-z]{2})[0-9a-z]{20}$/;

/** A customer id: `cust_`, two characters for the shard, twenty random ones. Takes 14 bytes. */
export function customerId(random: Uint8Array): string {
  return `cust_${shardName((random[0] ?? 0) % SHARDS)}${base32(random.slice(1)).slice(0, 20)}`;
}

/** The shard a customer id carries, or null for text that is no customer id. */
export function shardOf(id: string): string | null {
  const shard = CUSTOMER_ID.exec(id)?.[1];
  return shard !== undefined && isShard(shard) ? shard : null;
}

/** Whether a shard of this name can exist. Others are never addressed. */
export function isShard(name: string): boolean {
  const index = ALPHABET.indexOf(name.charAt(0)) * 32 + ALPHABET.indexOf(name.charAt(1));
  return name.length === 2 && index >= 0 && index < SHARDS;
}

/** The shards of an environment. */
export const shardNames = (): string[] =>
  Array.from({ length: SHARDS }, (_, index) => shardName(index));

const shardName = (index: number): string =>
  ALPHABET.charAt(index >> 5) + ALPHABET.charAt(index & 31);
