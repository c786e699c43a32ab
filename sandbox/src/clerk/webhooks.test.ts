import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClerkClient } from '@clerk/backend';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { nativeClient, startTestClerk, type TestClerk } from './test-clerk.ts';

const SECRET = `whsec_${Buffer.from('a secret of 24 bytes, ok').toString('base64')}`;

let clerk: TestClerk;
let receiver: Server;
let hookUrl: string;
let received: Request[] = [];

beforeAll(async () => {
  clerk = await startTestClerk();
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.entries(request.headers).map(([k, v]) => [k, String(v)]);
    received.push(
      new Request(`http://receiver${request.url}`, {
        method: 'POST',
        headers: Object.fromEntries(headers),
        body: Buffer.concat(chunks),
      }),
    );
    response.end('{}');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhook/clerk`;
  const endpoint = { id: 'edge', instance: 'test_hooks', url: hookUrl, secret: SECRET };
  await clerk.control('PUT', 'endpoints', endpoint);
  await clerk.control('PUT', 'endpoints', endpoint);
});
beforeEach(() => {
  received = [];
});
afterAll(async () => {
  await clerk.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

/** The events received so far, each verified by Clerk's own code. */
async function events() {
  await clerk.idle();
  const verified = received.map((request) =>
    verifyWebhook(request.clone(), { signingSecret: SECRET }),
  );
  return Promise.all(verified);
}

test('a life: user and session created, changed, ended, deleted, each told once', async () => {
  const client = nativeClient(clerk.url, 'test_hooks');
  const { body } = await client.signUp('hook+clerk_test@example.com');
  const { created_user_id: userId, created_session_id: sessionId } = body.response;
  const { users } = createClerkClient({ secretKey: 'sk_test_hooks', apiUrl: clerk.url });
  await users.updateUser(userId, { firstName: 'Hook' });
  await client.send('DELETE', '/v1/client/sessions');
  await users.deleteUser(userId);

  const told = await events();
  expect(told.map(({ type }) => type)).toEqual([
    'user.created',
    'session.created',
    'user.updated',
    'session.removed',
    'user.deleted',
  ]);
  expect(told[0]?.data).toMatchObject({
    id: userId,
    object: 'user',
    email_addresses: [{ email_address: 'hook+clerk_test@example.com' }],
  });
  expect(told[1]?.data).toMatchObject({ id: sessionId, user_id: userId, status: 'active' });
  expect(told[2]?.data).toMatchObject({ first_name: 'Hook' });
  expect(told[4]?.data).toEqual({ id: userId, object: 'user', deleted: true });
});

test('ending and revoking have events of their own', async () => {
  const { sessions } = createClerkClient({ secretKey: 'sk_test_hooks', apiUrl: clerk.url });
  const client = nativeClient(clerk.url, 'test_hooks');
  const first = await client.signUp('end+clerk_test@example.com');
  const sessionId = first.body.response.created_session_id;
  await client.send('POST', `/v1/client/sessions/${sessionId}/end`);
  const second = await client.signUp('revoke+clerk_test@example.com');
  await sessions.revokeSession(second.body.response.created_session_id);
  const types = (await events()).map(({ type }) => type as string);
  expect(types.filter((type) => type.startsWith('session.'))).toEqual([
    'session.created',
    'session.ended',
    'session.created',
    'session.revoked',
  ]);
});

test('a ban revokes sessions and changes the user, a deletion removes and deletes', async () => {
  const { users } = createClerkClient({ secretKey: 'sk_test_hooks', apiUrl: clerk.url });
  const told = async (email: string, act: (userId: string) => Promise<unknown>) => {
    const { body } = await nativeClient(clerk.url, 'test_hooks').signUp(email);
    await act(body.response.created_user_id);
    const mine = await events();
    received = [];
    return mine.slice(2).map(({ type }) => type);
  };
  expect(await told('ban+clerk_test@example.com', (id) => users.banUser(id))).toEqual([
    'session.revoked',
    'user.updated',
  ]);
  expect(await told('gone+clerk_test@example.com', (id) => users.deleteUser(id))).toEqual([
    'session.removed',
    'user.deleted',
  ]);
});

test('a forged body or another secret does not verify', async () => {
  await nativeClient(clerk.url, 'test_hooks').signUp('forge+clerk_test@example.com');
  await clerk.idle();
  const [genuine] = received;
  if (!genuine) throw new Error('Nothing was received.');
  const body = (await genuine.clone().text()).replace('forge', 'forgy');
  const forged = new Request(genuine.url, { method: 'POST', headers: genuine.headers, body });
  await expect(verifyWebhook(forged, { signingSecret: SECRET })).rejects.toThrow(
    'Unable to verify',
  );
  const other = `whsec_${Buffer.from('another secret, 24 bytes').toString('base64')}`;
  await expect(verifyWebhook(genuine, { signingSecret: other })).rejects.toThrow(
    'Unable to verify',
  );
});

test('an endpoint hears of its own instance only, and of nothing while switched off', async () => {
  await nativeClient(clerk.url, 'test_elsewhere').signUp('far+clerk_test@example.com');
  await clerk.control('POST', 'webhooks', { enabled: false });
  await nativeClient(clerk.url, 'test_hooks').signUp('off+clerk_test@example.com');
  expect(await events()).toEqual([]);
  await clerk.control('POST', 'webhooks', { enabled: true });
});

test('an event can be sent again under its own id, to try how a receiver takes a replay', async () => {
  await nativeClient(clerk.url, 'test_hooks').signUp('again+clerk_test@example.com');
  await clerk.idle();
  const eventId = received[0]?.headers.get('svix-id');
  expect(await clerk.control('POST', 'resend', { eventId })).toEqual({ endpoints: 1 });
  await clerk.idle();
  const again = received.filter((request) => request.headers.get('svix-id') === eventId);
  expect(again).toHaveLength(2);
});
