import { startSandbox } from '@dream/sandbox';
import { openReferee } from '@dream/sandbox/referee';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: { stripe: string; clerk: string; turnstile: string };
  }
}

/**
 * Stripe, Clerk and Turnstile for the tests, on free ports. What goes to Stripe and what comes from there
 * is judged by the types of the `stripe` package; a violation fails the run.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const referee = await openReferee();
  const sandbox = await startSandbox({ stripeWitness: referee });
  const { stripe, clerk, turnstile } = sandbox;
  project.provide('sandbox', { stripe, clerk, turnstile });
  return async () => {
    await sandbox.stop();
    referee.assertClean();
  };
}
