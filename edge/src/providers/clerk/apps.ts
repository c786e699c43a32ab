import { createClerkClient, type User } from '@clerk/backend';
import type { Mode } from '@dream/contract/primitives';
import { PLATFORM_PROJECT } from '../../auth/keys.ts';
import type { EnvironmentRef } from '../../deps.ts';
import type { ClerkKeys, Config } from '../../env.ts';
import { Fail } from '../../http/fail.ts';
import { isGone, isTaken } from './errors.ts';
import { inTime } from './in-time.ts';
import { type InspectedApp, inspectApp } from './inspect.ts';
import { createNobody } from './nobody.ts';
import { OauthProviders } from './oauth-providers.ts';

/** What we follow of a user. */
export interface ClerkUser {
  id: string;
  isBanned: boolean;
  /** The primary address in lower case, if it is verified. */
  verifiedEmail: string | null;
  firstName: string | null;
  lastName: string | null;
}

/** One Clerk application, in our verbs. Every error of Clerk becomes a `Fail`. */
export interface ClerkClient {
  app: ClerkKeys;
  /** The instance of a developer's own application; null for the deployment's. */
  ownInstanceId: string | null;
  /** A user without e-mail that holds a password; answers its id. Throws `password_rejected`. */
  createPasswordUser(username: string, password: string): Promise<string>;
  updatePassword(clerkUserId: string, password: string): Promise<void>;
  /** Whether this is the user's password; of nobody (null) never, after as much work. */
  verifyPassword(clerkUserId: string | null, password: string): Promise<boolean>;
  /** A user as it is now; null when it is gone. */
  findUser(clerkUserId: string): Promise<ClerkUser | null>;
  /** Deleting a user that is gone is a success. */
  deleteUser(clerkUserId: string): Promise<void>;
  endSession(clerkSessionId: string): Promise<void>;
  /** Lets Clerk send windows back to an address. Listing one that is listed is a success. */
  listRedirectUrl(url: string): Promise<void>;
  /** The providers people may sign in with. Throws `provider_unavailable`. */
  oauthProviders(nowMs: number): Promise<readonly string[]>;
}

/** The keys of a developer's own Clerk application. */
export interface OwnClerkKeys extends ClerkKeys {
  instanceId: string;
}

/** Which Clerk application serves an environment. */
export interface ClerkApps {
  for(ref: EnvironmentRef): Promise<ClerkClient>;
  /** The deployment's application, whether or not the environment has an own one. */
  shared(ref: EnvironmentRef): ClerkClient;
  /** Asks Clerk whose a secret key is. Throws `clerk_app_invalid`. */
  inspect(secretKey: string, mode: Mode): Promise<InspectedApp>;
}

/** Clients are kept, for Clerk's package makes each with effort; not more than these. */
const MOST_CLIENTS = 500;

/**
 * The platform's developers have an application of their own; end users share one for each mode,
 * unless their environment has an own one.
 */
export function createClerkApps(
  config: Config['clerk'],
  ownKeysOf: (ref: EnvironmentRef) => Promise<OwnClerkKeys | null>,
): ClerkApps {
  const { apiUrl } = config;
  const clients = {
    platform: createClient(apiUrl, config.platform, null),
    test: createClient(apiUrl, config.test, null),
    live: createClient(apiUrl, config.live, null),
  };
  const own = new Map<string, ClerkClient>();
  const ownClient = (keys: OwnClerkKeys): ClerkClient => {
    const id = `${keys.instanceId} ${keys.frontendUrl} ${keys.secretKey}`;
    const client = own.get(id) ?? createClient(apiUrl, keys, keys.instanceId);
    const eldest = own.keys().next().value;
    if (own.size >= MOST_CLIENTS && eldest !== undefined) own.delete(eldest);
    own.set(id, client);
    return client;
  };
  const shared = ({ projectId, mode }: EnvironmentRef) =>
    clients[projectId === PLATFORM_PROJECT ? 'platform' : mode];
  return {
    shared,
    async for(ref) {
      const keys = await ownKeysOf(ref);
      return keys === null ? shared(ref) : ownClient(keys);
    },
    inspect: (secretKey, mode) => inspectApp(apiUrl, secretKey, mode),
  };
}

function createClient(apiUrl: string, app: ClerkKeys, ownInstanceId: string | null): ClerkClient {
  const clerk = createClerkClient({
    secretKey: app.secretKey,
    publishableKey: app.publishableKey,
    apiUrl,
    telemetry: { disabled: true },
  });
  const providers = new OauthProviders(app);
  const nobody = createNobody(clerk);
  return {
    app,
    oauthProviders: (nowMs) => providers.read(nowMs),
    ownInstanceId,
    async createPasswordUser(username, password) {
      // The flag lets a user exist without an e-mail; the package sends it, its types lack it.
      const params = { username, password, skipUserRequirement: true };
      return (await inTime(clerk.users.createUser(params))).id;
    },
    async updatePassword(clerkUserId, password) {
      await inTime(clerk.users.updateUser(clerkUserId, { password }));
    },
    async verifyPassword(clerkUserId, password) {
      const nobodyId = await inTime(nobody.id());
      const userId = clerkUserId ?? nobodyId;
      try {
        const { verified } = await inTime(
          clerk.users.verifyPassword({ userId, password }).catch((error: unknown) => {
            if (clerkUserId === null && isGone(error)) nobody.forget();
            throw error;
          }),
        );
        return verified && clerkUserId !== null;
      } catch (error) {
        if (error instanceof Fail && error.code === 'provider_unavailable') throw error;
        return false;
      }
    },
    async findUser(clerkUserId) {
      const user = await inTime(clerk.users.getUser(clerkUserId).catch(ignoreGone));
      return user && toClerkUser(user);
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

function toClerkUser(user: User): ClerkUser {
  const { id, banned: isBanned, firstName, lastName } = user;
  const primary = user.primaryEmailAddress;
  const isVerified = primary?.verification?.status === 'verified';
  const verifiedEmail = isVerified ? primary.emailAddress.toLowerCase() : null;
  return { id, isBanned, verifiedEmail, firstName, lastName };
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
