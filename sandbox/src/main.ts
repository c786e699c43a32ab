import { parseArgs } from 'node:util';
import { startSandbox } from './index.ts';

const { values } = parseArgs({
  options: {
    'stripe-port': { type: 'string', default: '8790' },
    'clerk-port': { type: 'string', default: '8791' },
    'turnstile-port': { type: 'string', default: '8792' },
    data: { type: 'string', default: '.dream/sandbox' },
  },
});

const sandbox = await startSandbox({
  stripePort: Number(values['stripe-port']),
  clerkPort: Number(values['clerk-port']),
  turnstilePort: Number(values['turnstile-port']),
  dataDir: values.data,
});
const { stripe, clerk, turnstile, inbox, control } = sandbox;
process.stdout.write(
  `sandbox ready ${JSON.stringify({ stripe, clerk, turnstile, inbox, control })}\n`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
}
