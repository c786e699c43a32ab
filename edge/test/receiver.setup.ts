import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import type { Reply, Seen } from './receiver.ts';

declare module 'vitest' {
  interface ProvidedContext {
    receiver: string;
  }
}

const seen = new Map<string, Seen[]>();
const replies = new Map<string, Reply[]>();
const held = new Map<string, ServerResponse[]>();

/** A server of developers' endpoints, one below each path, that answer as a test tells them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('receiver', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const [, verb, name = ''] = /^\/_(seen|answer|release)(\/.*)$/.exec(path) ?? [];
  if (verb === 'seen') return void response.end(JSON.stringify(seen.get(name) ?? []));
  if (verb === 'answer') {
    replies.set(name, JSON.parse(body) as Reply[]);
    return void response.end();
  }
  if (verb === 'release') {
    for (const one of held.get(name) ?? []) one.end('late');
    return void response.end();
  }
  const { headers, method = '' } = request;
  seen.set(path, [
    ...(seen.get(path) ?? []),
    { method, headers: headers as Seen['headers'], body },
  ]);
  const left = replies.get(path) ?? [];
  const reply = left.length > 1 ? left.shift() : left[0];
  if (reply === 'hold') return void held.set(path, [...(held.get(path) ?? []), response]);
  response.writeHead(reply?.status ?? 200, reply?.headers);
  response.end(reply?.body ?? 'taken');
}
