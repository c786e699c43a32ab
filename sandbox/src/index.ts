import { join } from 'node:path';
import { createClerkSandbox } from './clerk/app.ts';
import { createClock } from './core/clock.ts';
import { listen } from './core/server.ts';
import { createStore } from './core/store.ts';
import { createStripeSandbox } from './stripe/app.ts';
import type { Witness } from './stripe/witness.ts';
import { createTurnstileSandbox } from './turnstile/app.ts';

/**
 * Where to listen (0 takes a free port) and where to keep state; without a folder none is kept. The
 * witness sees what Stripe's stand-in says.
 */
export interface SandboxOptions {
  stripePort?: number;
  clerkPort?: number;
  turnstilePort?: number;
  dataDir?: string;
  host?: string;
  stripeWitness?: Witness;
}

/** A running sandbox. The URLs are without a slash at the end. */
export interface Sandbox {
  stripe: string;
  clerk: string;
  turnstile: string;
  /** The page of sent codes. */
  inbox: string;
  /** The page that moves time, switches webhooks and shows deliveries. */
  control: string;
  /** Resolves when no webhook is on its first way. */
  idle(): Promise<void>;
  reset(): void;
  stop(): Promise<void>;
}

/** Starts the stand-ins of Stripe, Clerk and Turnstile. Rejects when a port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    stripePort = 0,
    clerkPort = 0,
    turnstilePort = 0,
    dataDir,
    host,
    stripeWitness,
  } = options;
  const open = (name: string) => {
    const store = createStore(dataDir === undefined ? {} : { file: join(dataDir, `${name}.json`) });
    return { store, clock: createClock(store) };
  };
  const at = { stripe: '', clerk: '' };
  const stripeState = open('stripe');
  const clerkState = open('clerk');
  const stripe = createStripeSandbox({
    ...stripeState,
    baseUrl: () => at.stripe,
    witness: stripeWitness,
  });
  const clerk = createClerkSandbox({ ...clerkState, baseUrl: () => at.clerk });
  const stripeServer = await listen(stripe.app, stripePort, host);
  at.stripe = stripeServer.url;
  const clerkServer = await listen(clerk.app, clerkPort, host);
  at.clerk = clerkServer.url;
  const turnstile = createTurnstileSandbox(() => Date.now());
  const turnstileServer = await listen(turnstile, turnstilePort, host);
  return {
    ...at,
    turnstile: turnstileServer.url,
    inbox: `${at.clerk}/inbox`,
    control: `${at.stripe}/_sandbox`,
    async idle() {
      await Promise.all([stripe.idle(), clerk.idle()]);
    },
    reset() {
      stripe.reset();
      clerk.reset();
    },
    async stop() {
      stripe.stop();
      clerk.stop();
      await Promise.all([stripeServer, clerkServer, turnstileServer].map((one) => one.close()));
      await Promise.all([stripeState.store.close(), clerkState.store.close()]);
    },
  };
}
