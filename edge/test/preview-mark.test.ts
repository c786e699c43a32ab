import { expect, it } from 'vitest';
import { call, createEnvironment, OPERATOR } from './harness.ts';

const markOf = async (...[method, path, options]: Parameters<typeof call>) =>
  (await call(method, path, options)).headers.get('x-dream-preview');

it('marks what test mode answers, errors too, so that nobody takes it for live', async () => {
  const { sk, pk } = await createEnvironment('test');
  expect(await markOf('GET', '/api/tiers', { key: pk })).toBe('true');
  expect(await markOf('GET', '/api/tiers', { key: sk })).toBe('true');
  expect(await markOf('POST', '/api/data', { key: sk })).toBe('true');
  expect(await markOf('GET', '/api/products', { key: pk })).toBe('true');
});

it('marks nothing of live, of management, or of nobody', async () => {
  const { id, sk } = await createEnvironment('live');
  expect(await markOf('GET', '/api/tiers', { key: sk })).toBeNull();
  expect(await markOf('GET', `/api/projects/${id}/test/tiers`, { key: OPERATOR })).toBeNull();
  expect(await markOf('GET', '/health', {})).toBeNull();
});

it('lets a page read the mark', async () => {
  const { pk } = await createEnvironment('test');
  const headers = { origin: 'https://versa.example' };
  const answer = await call('GET', '/api/tiers', { key: pk, headers });
  expect(answer.headers.get('access-control-expose-headers')).toContain('X-Dream-Preview');
});
