import { createInterface } from 'node:readline';
import { Dream, DreamError, type Lease } from './index.ts';

/**
 * A server with a lease, as a process of its own. Its arguments are the edge's URL and a secret key; it
 * does what each line of its input says and answers with a number, a line.
 */
const [, , baseUrl = '', secretKey = ''] = process.argv;
const realNow = Date.now.bind(Date);
const setClock = (ms: number) => (Date.now = () => realNow() + ms);
let isCutOff = false;
const fetchOrFail: typeof fetch = (input, init) =>
  isCutOff ? Promise.reject(new TypeError('Cut off')) : fetch(input, init);

const dream = new Dream({ secretKey, baseUrl, maxRetries: 1, fetch: fetchOrFail });
let lease: Lease;

/** Uses up to so many units, one at a time; how many it got. */
async function use(most: number): Promise<number> {
  for (let used = 0; used < most; used++) if (!(await admitted())) return used;
  return most;
}

/** Whether one more is allowed; asked again while the lease still says that the edge was away. */
async function admitted(): Promise<boolean> {
  for (;;) {
    try {
      return (await lease.admit()).allowed;
    } catch (error) {
      if (!(error instanceof DreamError && error.code === 'unreachable')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function run(line: string): Promise<number> {
  const [verb, ...words] = line.split(' ');
  const number = Number(words.at(-1));
  if (verb === 'open') {
    const [customer = '', size, seconds] = words;
    lease = await dream.usage.lease({ customer, size: Number(size), seconds: Number(seconds) });
  }
  if (line === 'use all') return use(Infinity);
  if (verb === 'use') return use(number);
  if (verb === 'take') return lease.take(number) ? number : 0;
  if (verb === 'set') setClock(number);
  if (line === 'cut off') isCutOff = true;
  if (line === 'reconnect') isCutOff = false;
  if (line === 'close') await dream.close();
  return 0;
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${await run(line)}\n`);
