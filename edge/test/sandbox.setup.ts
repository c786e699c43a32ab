import { startSandbox } from '@dream/sandbox';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: { stripe: string; clerk: string };
  }
}

/** Stripe and Clerk for the tests, on free ports. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await startSandbox({ stripePort: 0, clerkPort: 0 });
  project.provide('sandbox', { stripe: sandbox.stripe, clerk: sandbox.clerk });
  return () => sandbox.stop();
}
