import type { Collection, Store } from '../core/store.ts';
import type {
  Claim,
  Client,
  Instance,
  Letter,
  OAuthFlow,
  OAuthGrant,
  RedirectUrl,
  Session,
  SignIn,
  SignInToken,
  SignUp,
  User,
} from './entities.ts';
import { newId } from './ids.ts';
import type { InstanceSettings } from './settings.ts';
import { newPrivateKeyPem } from './tokens.ts';

/** All that one instance holds. Nothing of another instance is reachable from it. */
export interface InstanceData {
  users: Collection<User>;
  claims: Collection<Claim>;
  clients: Collection<Client>;
  sessions: Collection<Session>;
  signUps: Collection<SignUp>;
  signIns: Collection<SignIn>;
  letters: Collection<Letter>;
  oauthFlows: Collection<OAuthFlow>;
  oauthGrants: Collection<OAuthGrant>;
  signInTokens: Collection<SignInToken>;
  redirectUrls: Collection<RedirectUrl>;
}

/** The instances of this sandbox, each with data of its own. */
export interface Instances {
  /** The instance of an id such as `test_endusers`, made on first use; null for a bad id. */
  open(id: string): Instance | null;
  /** The instance whose secret key is `sk_<id>`, made on first use; null for a bad key. */
  openBySecretKey(secretKey: string): Instance | null;
  /** Changes some settings of an instance and gives it as it is now. */
  configure(instance: Instance, change: Partial<InstanceSettings>): Instance;
  data(instance: Instance): InstanceData;
  list(): Instance[];
  /** Forgets every instance with all it holds. */
  reset(): void;
}

const INSTANCE_ID = /^(test|live)_[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Opens the instances kept in `store`. */
export function openInstances(store: Store, nowMs: () => number): Instances {
  const instances = store.collection<Instance>('clerk.instances');
  const opened = new Map<string, InstanceData>();

  const data = (instance: Instance): InstanceData => {
    const known = opened.get(instance.id);
    if (known) return known;
    const name = (kind: string) => `clerk.${instance.id}.${kind}`;
    const fresh: InstanceData = {
      users: completed(store.collection<User>(name('users')), {
        externalAccounts: [],
        lockExpiresAtMs: null,
        failedAttempts: 0,
      }),
      claims: store.collection<Claim>(name('claims')),
      clients: completed(store.collection<Client>(name('clients')), { rotation: null }),
      sessions: store.collection<Session>(name('sessions')),
      signUps: completed(store.collection<SignUp>(name('sign_ups')), { externalAccount: null }),
      signIns: completed(store.collection<SignIn>(name('sign_ins')), { deviceVerification: null }),
      letters: store.collection<Letter>(name('letters')),
      oauthFlows: store.collection<OAuthFlow>(name('oauth_flows')),
      oauthGrants: store.collection<OAuthGrant>(name('oauth_grants')),
      signInTokens: store.collection<SignInToken>(name('sign_in_tokens')),
      redirectUrls: store.collection<RedirectUrl>(name('redirect_urls')),
    };
    opened.set(instance.id, fresh);
    return fresh;
  };

  const open = (id: string): Instance | null => {
    if (!INSTANCE_ID.test(id)) return null;
    const known = instances.get(id);
    if (known) return known;
    const instance: Instance = {
      id,
      mode: id.startsWith('live_') ? 'live' : 'test',
      clerkId: newId('ins'),
      privateKeyPem: newPrivateKeyPem(),
      settings: {},
      createdAtMs: nowMs(),
    };
    instances.put(instance);
    return instance;
  };

  return {
    open,
    openBySecretKey: (key) => (key.startsWith('sk_') ? open(key.slice('sk_'.length)) : null),
    configure: (instance, change) =>
      instances.put({ ...instance, settings: { ...instance.settings, ...change } }),
    data,
    list: () => instances.list(),
    reset() {
      for (const instance of instances.list()) {
        for (const collection of Object.values(data(instance))) collection.clear();
      }
      instances.clear();
    },
  };
}

/** A collection whose entities, if an older sandbox kept them, have got the fields that came since. */
function completed<T extends { id: string }>(
  collection: Collection<T>,
  since: Partial<T>,
): Collection<T> {
  for (const entity of collection.list())
    if (Object.keys(since).some((field) => !(field in entity)))
      collection.put({ ...since, ...entity });
  return collection;
}

/** An instance's publishable key; the host in it names the instance and resolves nowhere. */
export function publishableKeyOf(instance: Instance): string {
  const [mode, ...name] = instance.id.split('_');
  const host = `${name.join('-').toLowerCase()}.${mode}.clerk.localhost$`;
  return `pk_${mode}_${Buffer.from(host).toString('base64').replace(/=+$/, '')}`;
}

/** An instance's secret key. */
export function secretKeyOf(instance: Instance): string {
  return `sk_${instance.id}`;
}
