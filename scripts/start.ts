import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '@dream/sandbox';
import { startDashboard } from '../dashboard/server/server.ts';
import { buildPackages, bundleEdge, startEdge } from './local/edge.ts';
import { edgeVariables, localSecrets, registerWebhooks } from './local/variables.ts';
import { allowDashboard, seed } from './seed.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = process.env.DREAM_DATA ?? join(root, '.dream');

/** A port from the environment, checked; a taken or wrong one is said by name. */
function port(name: string, otherwise: number): number {
  const value = process.env[name];
  if (value === undefined) return otherwise;
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw new Error(`${name} must be a port number, not "${value}".`);
  return Number(value);
}

/** The secret key an earlier start made, if it is still written down. */
function knownKey(file: string): string | null {
  if (!existsSync(file)) return null;
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { project?: { sk?: string } };
  return kept.project?.sk ?? null;
}

async function start(): Promise<void> {
  const edgePort = port('DREAM_EDGE_PORT', 8787);
  const stripePort = port('DREAM_STRIPE_PORT', 8790);
  const clerkPort = port('DREAM_CLERK_PORT', 8791);
  const demoPort = port('DREAM_DEMO_PORT', 5174);
  const dashboardPort = port('DREAM_DASHBOARD_PORT', 5173);
  mkdirSync(data, { recursive: true });
  // The tests build once, before anything reads what is built.
  if (process.env.DREAM_BUILT !== '1') await buildPackages();
  const [bundle, sandbox] = await Promise.all([
    bundleEdge(join(data, 'edge-bundle')),
    startSandbox({ stripePort, clerkPort, dataDir: join(data, 'sandbox') }),
  ]);
  const secrets = localSecrets(join(data, 'secrets.json'));
  const url = `http://127.0.0.1:${edgePort}`;
  const variables = await edgeVariables(secrets, url, sandbox);
  const edge = await startEdge({ bundle, port: edgePort, variables, dataDir: join(data, 'edge') });
  await registerWebhooks(secrets, edge.url, sandbox);

  const file = join(data, 'local.json');
  const operator = { edge: edge.url, operatorSecret: secrets.operatorSecret };
  const { project, platform, featured } = await seed({
    ...operator,
    stripe: sandbox.stripe,
    knownSk: knownKey(file),
  });
  // The sdk is built by now, so it can be imported only here.
  const { startDemo } = await import('../demo-site/src/server.ts');
  const demo = await startDemo({
    port: demoPort,
    edge: edge.url,
    publishableKey: project.pk,
    secretKey: project.sk,
    content: variables.CONTENT_URL,
    featured,
  });
  const dashboard = await startDashboard({
    port: dashboardPort,
    edge: edge.url,
    publishableKey: platform.pk,
    preview: `${demo.url}/preview`,
  });
  await allowDashboard(operator, dashboard.url);
  const local = {
    edge: edge.url,
    dashboard: dashboard.url,
    demo: demo.url,
    sandbox: {
      stripe: sandbox.stripe,
      clerk: sandbox.clerk,
      turnstile: sandbox.turnstile,
      inbox: sandbox.inbox,
    },
    project,
  };
  writeFileSync(file, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  process.stdout.write(welcome(local, sandbox.control));

  let stopping = false;
  const stop = async () => {
    // A terminal signals every process, and npm passes the signal on: it may come twice.
    if (stopping) return;
    stopping = true;
    await Promise.all([demo.close(), dashboard.close()]);
    await edge.stop();
    await sandbox.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
}

function welcome(
  {
    edge,
    dashboard,
    demo,
    sandbox,
    project,
  }: {
    edge: string;
    dashboard: string;
    demo: string;
    sandbox: { inbox: string };
    project: { pk: string; sk: string };
  },
  control: string,
): string {
  return `
dream is running.

  Demo site       ${demo}   <- start here
  Dashboard       ${dashboard}
  Edge            ${edge}
  Codes by e-mail ${sandbox.inbox}
  Stripe sandbox  ${control}

  Publishable key ${project.pk}
  Secret key      ${project.sk}

On the demo site: sign up with any address ending in +clerk_test@example.com and the code 424242
(other codes arrive at "Codes by e-mail"), write poems to the limit, and buy Pro with the card
4242 4242 4242 4242. Then change to Studio and back, by the month or by the year, and cancel.
Its shop is at ${demo}/shop, and a letter for members only at ${demo}/club.

On the dashboard: sign up with an address of your own making, and make a project. Ada, who has the
demo's, signs in as ada@versa.example; the operator is operator@dream.example. The codes arrive at
"Codes by e-mail".

From a server: count a call of a customer, until the free plan's limit of 10.

  curl -X POST ${edge}/api/data \\
    -H "Authorization: Bearer ${project.sk}" -H "X-User-Id: ada"

Then sell the upgrade, and open the url it answers (card 4242 4242 4242 4242):

  curl -X POST ${edge}/api/create-checkout \\
    -H "Authorization: Bearer ${project.sk}" -H "X-User-Id: ada" \\
    -H "Content-Type: application/json" \\
    -d '{"tier":"pro","successUrl":"${demo}/","cancelUrl":"${demo}/"}'

Ctrl-C stops it. The data stays in ${data}; delete that folder to start anew.
`;
}

try {
  await start();
} catch (error) {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  console.error(
    taken
      ? 'A port is taken. Stop what uses it, or set DREAM_EDGE_PORT, DREAM_DASHBOARD_PORT, DREAM_DEMO_PORT, DREAM_STRIPE_PORT or DREAM_CLERK_PORT.'
      : error,
  );
  process.exit(1);
}
