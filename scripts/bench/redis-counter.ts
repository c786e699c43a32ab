import Fastify from 'fastify';
import { Redis } from 'ioredis';

/**
 * The counter a developer would write: Fastify and a script in Redis that counts against a limit,
 * once for a key, which it remembers for 24 h. Run with the path of Redis's socket; says its port.
 */
const redis = new Redis(process.argv[2] ?? '');
redis.defineCommand('track', {
  numberOfKeys: 2,
  lua: `
    local before = redis.call('GET', KEYS[2])
    if before then return tonumber(before) end
    local used = tonumber(redis.call('GET', KEYS[1]) or '0')
    if used + 1 > tonumber(ARGV[1]) then return -1 end
    used = redis.call('INCR', KEYS[1])
    redis.call('SET', KEYS[2], used, 'EX', 86400)
    return used`,
});
const counter = redis as unknown as {
  track(counter: string, key: string, limitUnits: number): Promise<number>;
};
const LIMIT_UNITS = 1_000_000_000;

const app = Fastify();
app.post('/api/usage', async (request, reply) => {
  if (request.headers.authorization !== 'Bearer secret') return reply.code(401).send({});
  const customer = String(request.headers['x-user-id']);
  const key = String(request.headers['idempotency-key']);
  const count = await counter.track(`used:${customer}`, `key:${customer}:${key}`, LIMIT_UNITS);
  if (count < 0) return reply.code(403).send({ code: 'limit_reached' });
  return { success: true, usage: { count, limit: LIMIT_UNITS, remaining: LIMIT_UNITS - count } };
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
