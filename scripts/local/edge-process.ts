import { startEdge } from './edge.ts';

/** An edge as a process of its own, which can be killed. Its options are the first argument, as JSON. */
const edge = await startEdge(JSON.parse(process.argv[2] ?? ''));
process.stdout.write(`${edge.url}\n`);
