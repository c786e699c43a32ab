import type { ServedEdge } from './servers.ts';

/** How many are asked about at once. */
const AT_ONCE = 32;

/** Own ids of customers. */
export const namesOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** What the edge has counted for customers. */
export async function storedUnits(
  { url, secretKey }: ServedEdge,
  customers: string[],
): Promise<number> {
  let sum = 0;
  const open = [...customers];
  const reader = async () => {
    for (let customer = open.pop(); customer !== undefined; customer = open.pop()) {
      const headers = { authorization: `Bearer ${secretKey}`, 'x-user-id': customer };
      const answer = await fetch(`${url}/api/usage`, { headers });
      const { usageCount } = (await answer.json()) as { usageCount: number };
      sum += usageCount;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return sum;
}
