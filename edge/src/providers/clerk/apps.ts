import { createClerkClient } from '@clerk/backend';
import { PLATFORM_PROJECT } from '../../auth/keys.ts';
import type { EnvironmentRef } from '../../deps.ts';
import type { ClerkApp, Config } from '../../env.ts';
import { Fail } from '../../http/fail.ts';
import { isGone, isTaken, translated } from './errors.ts';
import { OauthProviders } from './oauth-providers.ts';
import { CLERK_TIMEOUT_MS } from './timeout.ts';

/** One Clerk application, in our verbs. Every error of Clerk becomes a `Fail`. */
export interface ClerkClient {
  app: ClerkApp;
  /** A user without e-mail that holds a password; answers its id. Throws `password_rejected`. */
  createPasswordUser(username: string, password: string): Promise<string>;
  updatePassword(clerkUserId: string, password: string): Promise<void>;
  verifyPassword(clerkUserId: string, password: string): Promise<boolean>;
  /** Deleting a user that is gone is a success. */
  deleteUser(clerkUserId: string): Promise<void>;
  endSession(clerkSessionId: string): Promise<void>;
  /** Lets Clerk send windows back to an address. Listing one that is listed is a success. */
  listRedirectUrl(url: string): Promise<void>;
  /** The providers people may sign in with. Throws `provider_unavailable`. */
  oauthProviders(nowMs: number): Promise<readonly string[]>;
}

/** Which Clerk application serves an environment. */
export interface ClerkApps {
  for(ref: EnvironmentRef): ClerkClient;
}

/** The platform's developers have an application of their own; end users share one for each mode. */
export function createClerkApps(config: Config['clerk']): ClerkApps {
  const clients = {
    platform: createClient(config.apiUrl, config.platform),
    test: createClient(config.apiUrl, config.test),
    live: createClient(config.apiUrl, config.live),
  };
  return {
    for: ({ projectId, mode }) => clients[projectId === PLATFORM_PROJECT ? 'platform' : mode],
  };
}

function createClient(apiUrl: string, app: ClerkApp): ClerkClient {
  const clerk = createClerkClient({
    secretKey: app.secretKey,
    publishableKey: app.publishableKey,
    apiUrl,
    telemetry: { disabled: true },
  });
  const providers = new OauthProviders(app);
  return {
    app,
    oauthProviders: (nowMs) => providers.read(nowMs),
    async createPasswordUser(username, password) {
      // The flag lets a user exist without an e-mail; the package sends it, its types lack it.
      const params = { username, password, skipUserRequirement: true };
      return (await inTime(clerk.users.createUser(params))).id;
    },
    async updatePassword(clerkUserId, password) {
      await inTime(clerk.users.updateUser(clerkUserId, { password }));
    },
    async verifyPassword(clerkUserId, password) {
      try {
        return (await inTime(clerk.users.verifyPassword({ userId: clerkUserId, password })))
          .verified;
      } catch (error) {
        if (error instanceof Fail && error.code === 'provider_unavailable') throw error;
        return false;
      }
    },
    async deleteUser(clerkUserId) {
      await inTime(clerk.users.deleteUser(clerkUserId).catch(ignoreGone));
    },
    async listRedirectUrl(url) {
      await inTime(clerk.redirectUrls.createRedirectUrl({ url }).catch(ignoreTaken));
    },
    async endSession(clerkSessionId) {
      await inTime(clerk.sessions.revokeSession(clerkSessionId).catch(ignoreGone));
    },
  };
}

function ignoreGone(error: unknown): null {
  if (isGone(error)) return null;
  throw error;
}

/** Another request listed it at the same moment. */
function ignoreTaken(error: unknown): null {
  if (isTaken(error)) return null;
  throw error;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Fail('provider_unavailable')), CLERK_TIMEOUT_MS);
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof Fail ? error : translated(error);
  } finally {
    clearTimeout(timer);
  }
}
