import { startSandbox } from '@dream/sandbox';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: { stripe: string; clerk: string; turnstile: string };
  }
}

/** Stripe, Clerk and Turnstile for the tests, on free ports. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await startSandbox();
  const { stripe, clerk, turnstile } = sandbox;
  project.provide('sandbox', { stripe, clerk, turnstile });
  return () => sandbox.stop();
}
