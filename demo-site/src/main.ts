import { startDemo } from './server.ts';

const NEEDED = ['DREAM_EDGE_URL', 'DREAM_PUBLISHABLE_KEY', 'DREAM_SECRET_KEY'] as const;

try {
  const missing = NEEDED.filter((name) => !process.env[name]);
  if (missing.length > 0)
    throw new TypeError(`Set ${missing.join(', ')}. \`npm start\` at the root prints all of them.`);
  const port = Number(process.env.PORT ?? 5174);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`PORT must be a number from 0 to 65535; it is "${process.env.PORT}".`);
  const [edge = '', publishableKey = '', secretKey = ''] = NEEDED.map((name) => process.env[name]);
  const { DREAM_CONTENT_URL: content = edge, DREAM_FEATURED_PRICE: featured = '' } = process.env;
  const demo = await startDemo({ port, edge, publishableKey, secretKey, content, featured });
  console.log(`Versa is open at ${demo.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void demo.close());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
