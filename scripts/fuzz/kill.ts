import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { startSandbox } from '@dream/sandbox';
import { bundleEdge, type startEdge } from '../local/edge.ts';
import { edgeVariables, localSecrets } from '../local/variables.ts';

/** What is under way when the process is killed. */
const LOADS = ['single calls', 'keyed calls', 'batches', 'holds', 'credits'] as const;
type Load = (typeof LOADS)[number];

type Json = Record<string, any>;
type Options = Parameters<typeof startEdge>[0];

const CUSTOMERS = 3;
const CALLERS = 10;
/** What the plan gives, and what a unit of the feature that draws on it takes. */
const ALLOWANCE_UNITS = 1_000_000;
const WEIGHT = 2;

/**
 * Kills the edge again and again, each time in the middle of every load, and answers what is not as it
 * was acknowledged: a count, or the answer to a call that is made once more.
 */
export async function killUnderLoad({
  kills,
  seed,
}: {
  kills: number;
  seed: number;
}): Promise<string[]> {
  const data = mkdtempSync(join(tmpdir(), 'dream-kill-'));
  const [bundle, sandbox] = await Promise.all([bundleEdge(join(data, 'bundle')), startSandbox()]);
  const secrets = localSecrets(join(data, 'secrets.json'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const variables = await edgeVariables(secrets, url, sandbox);
  const edge = new KillableEdge({
    bundle,
    port,
    variables,
    dataDir: join(data, 'edge'),
    widgets: false,
  });
  try {
    await edge.start();
    const shop = await Shop.open(url, secrets.operatorSecret);
    const random = randomFrom(seed);
    for (let kill = 0; kill < kills; kill++) {
      const untilKilled = shop.load(`${kill}`);
      await new Promise((resolve) => setTimeout(resolve, 50 + random() * 400));
      await edge.kill();
      await edge.start();
      await untilKilled.end();
    }
    return await shop.faults();
  } finally {
    await edge.kill();
    await sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The same numbers for the same seed, from 0 to below 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An edge in a process group of its own, over and over on the same disk. */
class KillableEdge {
  readonly #options: Options;
  #running: ChildProcess | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const file = fileURLToPath(new URL('../local/edge-process.ts', import.meta.url));
    const child = spawn(process.execPath, [file, JSON.stringify(this.#options)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#running = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', () => reject(new Error('The edge did not start')));
    });
  }

  async kill(): Promise<void> {
    const child = this.#running;
    this.#running = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await gone;
  }
}

/** A call that was acknowledged, and can be made again. */
interface Acknowledged {
  path: string;
  user: string;
  body: object;
  key: string;
  answer: Json;
}

class Shop {
  readonly #url: string;
  readonly #sk: string;
  /** Units that were acknowledged, and those nobody heard of: no more than both may be counted. */
  readonly #units = new Map<string, { acknowledged: number; unheard: number }>();
  readonly #repeatable: Acknowledged[] = [];

  private constructor(url: string, sk: string) {
    this.#url = url;
    this.#sk = sk;
  }

  static async open(url: string, operatorSecret: string): Promise<Shop> {
    const manage = async (method: string, path: string, body: object): Promise<Json> => {
      const answer = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${operatorSecret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return (await answer.json()) as Json;
    };
    const named = { name: 'Killed', ownerEmail: 'killed@example.com' };
    const { project } = await manage('POST', '/api/projects', named);
    const base = `/api/projects/${project.id}/test`;
    await manage('PUT', `${base}/tiers/free`, {
      displayName: 'Free',
      features: [
        { kind: 'metered', name: 'requests', limitUnits: null },
        { kind: 'credits', name: 'tokens', weight: WEIGHT },
      ],
      credits: { allowanceUnits: ALLOWANCE_UNITS, rollOverCapUnits: 0 },
      isDefault: true,
      rateLimitPerMinute: null,
    });
    const { secret } = await manage('POST', `${base}/keys`, {});
    return new Shop(url, secret);
  }

  /** One answer, or null for a call that broke off. */
  async #try(path: string, user: string, body: object | null, key?: string): Promise<Json | null> {
    const answer = await fetch(this.#url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${this.#sk}`,
        'content-type': 'application/json',
        'x-user-id': user,
        ...(key && { 'idempotency-key': key }),
      },
      body: body && JSON.stringify(body),
    }).catch(() => null);
    const json = (await answer?.json().catch(() => null)) as Json | null | undefined;
    return answer && answer.status < 500 ? (json ?? null) : null;
  }

  /** The same, made again until it is answered. */
  async #insist(path: string, user: string, body: object, key: string): Promise<Json> {
    for (;;) {
      const answer = await this.#try(path, user, body, key);
      if (!answer) continue;
      if (answer.code) throw new Error(`${path}: ${answer.code}`);
      this.#repeatable.push({ path, user, body, key, answer });
      return answer;
    }
  }

  #note(user: string, units: number, isHeard: boolean): void {
    const noted = this.#units.get(user) ?? { acknowledged: 0, unheard: 0 };
    noted[isHeard ? 'acknowledged' : 'unheard'] += units;
    this.#units.set(user, noted);
  }

  /** Begins every load; `end` lets what is under way come to its answer. */
  load(round: string): { end: () => Promise<void> } {
    const over = new AbortController();
    const callers = Array.from({ length: CALLERS }, async (_, caller) => {
      const load = LOADS[caller % LOADS.length] ?? 'holds';
      const user = `${load.slice(0, 5).trim()}${caller}`;
      for (let turn = 0; !over.signal.aborted; turn++)
        await this.#once(load, user, `${round}.${caller}.${turn}`);
    });
    return {
      end: async () => {
        over.abort();
        await Promise.all(callers);
      },
    };
  }

  async #once(load: Load, user: string, key: string): Promise<void> {
    if (load === 'single calls') {
      const answer = await this.#try('/api/usage', user, { amount: 2 });
      return this.#note(user, 2, answer?.success === true);
    }
    if (load === 'keyed calls') {
      await this.#insist('/api/usage', user, { amount: 3 }, key);
      return this.#note(user, 3, true);
    }
    if (load === 'credits') {
      await this.#insist('/api/usage', user, { feature: 'tokens', amount: 3 }, key);
      return this.#note(user, 3, true);
    }
    if (load === 'batches') {
      const events = Array.from({ length: CUSTOMERS }, (_, at) => ({ customer: `many${at}` }));
      const isAll = ({ results }: Json) => results.every(({ ok }: Json) => ok);
      // A shard may be gone while another one answers: what failed is sent again with its key.
      for (;;) {
        const answer = await this.#try('/api/usage/batch', user, { events }, key);
        if (answer?.results && isAll(answer)) break;
      }
      for (const { customer } of events) this.#note(customer, 1, true);
      return;
    }
    const { hold } = await this.#insist('/api/usage/holds', user, { amount: 5 }, key);
    await this.#insist(`/api/usage/holds/${hold.id}/settle`, user, { used: 2 }, `${key}s`);
    this.#note(user, 2, true);
  }

  /** What is not as it was acknowledged. */
  async faults(): Promise<string[]> {
    const faults: string[] = [];
    for (const { path, user, body, key, answer } of this.#repeatable) {
      const again = await this.#try(path, user, body, key);
      if (!isDeepStrictEqual(again, answer))
        faults.push(`${path} ${key}: ${JSON.stringify(answer)}, then ${JSON.stringify(again)}`);
    }
    for (const [user, { acknowledged, unheard }] of this.#units) {
      const isOfCredits = user.startsWith('credi');
      const path = isOfCredits ? '/api/usage?feature=tokens' : '/api/usage';
      const { usageCount = -1 } = (await this.#try(path, user, null)) ?? {};
      if (usageCount < acknowledged || usageCount > acknowledged + unheard)
        faults.push(`${user}: ${usageCount} of ${acknowledged} units, and ${unheard} unheard`);
      if (isOfCredits) faults.push(...(await this.#faultsOfCredits(user, acknowledged)));
    }
    if (this.#units.size < CALLERS) faults.push('Nothing was acknowledged at all');
    return faults;
  }
  /** What was drawn is what was counted, and the ledger adds up to what is left. */
  async #faultsOfCredits(user: string, usedUnits: number): Promise<string[]> {
    const { balanceUnits, entries = [] } = (await this.#try('/api/credits', user, null)) ?? {};
    const leftUnits = ALLOWANCE_UNITS - usedUnits * WEIGHT;
    const inLedger = entries.reduce((sum: number, { units }: Json) => sum + units, 0);
    return balanceUnits === leftUnits && inLedger === leftUnits
      ? []
      : [`${user}: ${balanceUnits} credits, ${inLedger} in the ledger, not ${leftUnits}`];
  }
}
