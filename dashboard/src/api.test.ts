import { expect, it } from 'vitest';
import { ApiError, type ApiTarget, createCall } from './api.ts';

interface Sent {
  url: string;
  init: RequestInit;
}

/** A call whose answers are these, in turn; an error is a network that failed. */
function calling(answers: readonly (Response | Error)[], more: Partial<ApiTarget> = {}) {
  const sent: Sent[] = [];
  let lost = 0;
  const call = createCall({
    edge: 'https://edge.example',
    token: () => Promise.resolve('token'),
    onSessionLost: () => (lost += 1),
    fetch: (url, init = {}) => {
      sent.push({ url: String(url), init });
      const answer = answers[sent.length - 1] ?? Response.json({});
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    ...more,
  });
  return { call, sent, lost: () => lost };
}

const headersOf = ({ init }: Sent) => init.headers as Record<string, string>;
const failureOf = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => Promise.reject(new Error('It succeeded')),
    (error: unknown) => error as ApiError,
  );

it('asks in the name of whoever is signed in, and gives the answer', async () => {
  const { call, sent } = calling([Response.json({ keys: [] })]);
  expect(await call('GET', '/api/x')).toEqual({ keys: [] });
  expect(sent[0]?.url).toBe('https://edge.example/api/x');
  expect(headersOf(sent[0] as Sent)).toEqual({ authorization: 'Bearer token' });
});

it('gives a file as it came, and says what kept it from coming whole', async () => {
  const cut = new ReadableStream({ pull: (stream) => stream.error(new Error('cut')) });
  const refused = Response.json({ code: 'project_not_found' }, { status: 404 });
  const { call } = calling([new Response('a,b'), new Response(cut), refused]);
  const file = () => call<Blob>('GET', '/api/x.csv', { read: (answer) => answer.blob() });
  expect(await (await file()).text()).toBe('a,b');
  expect((await failureOf(file())).code).toBe('unreachable');
  expect((await failureOf(file())).code).toBe('project_not_found');
});

it('takes an answer that broke off for none, also where the page that asked is gone', async () => {
  const cut = () =>
    new Response(new ReadableStream({ pull: (stream) => stream.error(new Error('cut')) }));
  const { call } = calling([cut(), cut()]);
  expect((await failureOf(call('GET', '/api/x'))).code).toBe('unreachable');
  const gone = call('GET', '/api/x', { signal: AbortSignal.abort() });
  expect((await failureOf(gone)).message).toBe('cut');
});

it('sends an Idempotency-Key with every POST, the same one for the same intention', async () => {
  const { call, sent } = calling([]);
  await call('POST', '/api/x', { idempotencyKey: 'once' });
  await call('POST', '/api/x');
  await call('POST', '/api/x');
  const [first, second, third] = sent.map((each) => headersOf(each)['idempotency-key']);
  expect(first).toBe('once');
  expect(second).toMatch(/^[\w-]{36}$/);
  expect(third).not.toBe(second);
});

it('tells what the edge said: code, advice, docs, request and fields', async () => {
  const body = {
    error: 'Invalid request',
    message: 'Correct the fields.',
    code: 'invalid_request',
    docs: 'https://edge.example/docs/errors/invalid_request',
    requestId: 'req_1',
    issues: [{ path: 'name', message: 'Must not be empty.' }],
  };
  const { call, lost } = calling([Response.json(body, { status: 400 })]);
  const failure = await failureOf(call('POST', '/api/x'));
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({
    status: 400,
    code: 'invalid_request',
    title: 'Invalid request',
    message: 'Correct the fields.',
    docs: body.docs,
    requestId: 'req_1',
    issues: body.issues,
  });
  expect(lost()).toBe(0);
});

it('says that the session is over when the edge says so, and when there is none to ask with', async () => {
  const refused = calling([Response.json({ code: 'session_ended' }, { status: 401 })]);
  expect((await failureOf(refused.call('GET', '/api/x'))).code).toBe('session_ended');
  expect(refused.lost()).toBe(1);
  const none = calling([], { token: () => Promise.resolve(null) });
  expect((await failureOf(none.call('GET', '/api/x'))).code).toBe('session_ended');
  expect([none.lost(), none.sent.length]).toEqual([1, 0]);
});

it('tells a network that failed from a request that was taken back', async () => {
  const failing = calling([new TypeError('Failed to fetch')]);
  expect(await failureOf(failing.call('GET', '/api/x'))).toMatchObject({
    status: 0,
    code: 'unreachable',
  });
  const gone = AbortSignal.abort();
  const aborted = calling([gone.reason as Error]);
  expect(await failureOf(aborted.call('GET', '/api/x', { signal: gone }))).toBe(gone.reason);
});

it('has words for an answer that is not JSON', async () => {
  const { call } = calling([new Response('<h1>Bad gateway</h1>', { status: 502 })]);
  expect(await failureOf(call('GET', '/api/x'))).toMatchObject({
    status: 502,
    code: 'internal_error',
  });
});

it('sends a file as it stands, and lets the answer be read otherwise', async () => {
  const { call, sent } = calling([new Response('a,b')]);
  const file = new Blob(['picture'], { type: 'image/png' });
  expect(await call('POST', '/api/x', { file, read: (answer) => answer.text() })).toBe('a,b');
  expect(sent[0]?.init.body).toBe(file);
  expect(headersOf(sent[0] as Sent)['content-type']).toBeUndefined();
});

it('says that dream cannot be reached when an answer breaks off', async () => {
  const { call } = calling([new Response('a')]);
  const read = () => Promise.reject(new TypeError('network error'));
  const failure = await failureOf(call('GET', '/api/x', { read }));
  expect(failure).toMatchObject({ code: 'unreachable', status: 0 });
});

it('keeps what is wrong with this very thing, and with which field', async () => {
  const issues = [{ path: 'name', message: 'Must not be empty.' }];
  const { call } = calling([Response.json({ reason: 'Too wide.', issues }, { status: 400 })]);
  expect(await failureOf(call('GET', '/api/x'))).toMatchObject({ reason: 'Too wide.', issues });
});
