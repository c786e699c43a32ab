import type { Mode } from '@dream/contract/primitives';
import { base32 } from './auth/base32.ts';
import { EnvironmentCache } from './auth/environment-cache.ts';
import { type Bindings, type Config, parseConfig } from './env.ts';
import { ok } from './http/fail.ts';
import { ownClerkKeys } from './projects/own-clerk-app.client.ts';
import { type ClerkApps, createClerkApps } from './providers/clerk/apps.ts';
import { createStripeAccess, type StripeFor } from './providers/stripe/client.ts';
import { ShopWindow } from './store/shop-window.ts';

/** How much an isolate keeps of what environments sell: a fraction of its memory. */
const MAX_SHOWN_CHARACTERS = 16_000_000;

/** One environment of one project. */
export interface EnvironmentRef {
  projectId: string;
  mode: Mode;
}

/** Everything a route needs of the world. Made once an isolate, from the bindings. */
export interface Deps {
  config: Config;
  directory: D1Database;
  files: R2Bucket;
  images: ImagesBinding;
  environments: EnvironmentCache;
  /** What environments sell; apart from what admits calls, which must stay small. */
  products: EnvironmentCache<ShopWindow>;
  /** Proves that this edge made a project id. */
  tagKey: CryptoKey;
  project(
    ref: EnvironmentRef,
  ): DurableObjectStub<import('./project/project.object.ts').ProjectObject>;
  shard(
    ref: EnvironmentRef,
    shard: string,
  ): DurableObjectStub<import('./shard/shard.object.ts').ShardObject>;
  gate(name: string): DurableObjectStub<import('./gate/gate.object.ts').GateObject>;
  /** What was refused in an environment: apart from it, so that a flood of refusals does not reach it. */
  refused(
    ref: EnvironmentRef,
  ): DurableObjectStub<import('./requests/requests.object.ts').RequestsObject>;
  stripe: StripeFor;
  clerk: ClerkApps;
  nowMs(): number;
  /** How long refusals of an environment are gathered before they are handed on together. */
  gatherRefusalsMs: number;
  random(bytes: number): Uint8Array<ArrayBuffer>;
  /** A new id: the prefix and 20 random characters. */
  newId(prefix: string): string;
}

/** Builds the services from the bindings; throws when a setting is missing or wrong. */
export async function createDeps(env: Bindings): Promise<Deps> {
  const config = parseConfig(env);
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const objectName = ({ projectId, mode }: EnvironmentRef) => `${projectId}:${mode}`;
  const project: Deps['project'] = (ref) => env.PROJECT.getByName(objectName(ref));
  const nowMs = () => Date.now();
  const environments = new EnvironmentCache((ref) => project(ref).access().environment());
  const products = new EnvironmentCache(
    async (ref) => {
      const shown = await project(ref).products().shown(ref, config.contentUrl, nowMs());
      return ok(new ShopWindow(shown));
    },
    { of: ({ size }) => size, max: MAX_SHOWN_CHARACTERS },
  );
  return {
    config,
    directory: env.DIRECTORY,
    files: env.FILES,
    images: env.IMAGES,
    environments,
    products,
    tagKey: await tagKeyOf(config),
    project,
    shard: (ref, shard) => env.SHARD.getByName(`${objectName(ref)}:${shard}`),
    gate: (name) => env.GATE.getByName(name),
    refused: (ref) => env.REQUESTS.getByName(objectName(ref)),
    stripe: createStripeAccess(config.stripe),
    clerk: createClerkApps(config.clerk, (ref) =>
      ownClerkKeys({ config, environments, project, nowMs }, ref),
    ),
    nowMs,
    gatherRefusalsMs: 1000,
    random,
    newId: (prefix) => prefix + base32(random(13)).slice(0, 20),
  };
}

/** The oldest master key tags project ids: ids must outlive a rotation of the newest one. */
async function tagKeyOf(config: Config): Promise<CryptoKey> {
  const oldest = config.masterKeys.at(-1);
  if (!oldest) throw new Error('MASTER_KEYS is empty');
  return crypto.subtle.importKey('raw', oldest.key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
}
