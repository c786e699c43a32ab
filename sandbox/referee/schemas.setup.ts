import { openSchemas } from './schemas.ts';

/** Makes the schemas before the first test, where they are missing: it takes longer than a test may. */
export default async function setup(): Promise<void> {
  await openSchemas();
}
