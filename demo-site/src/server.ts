import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Dream } from 'dream-api';
import type { Answer } from './answer.ts';
import { readLetter } from './letter-api.ts';
import { loadPages, type PageFile, previewHeaders, securityHeaders } from './page.ts';
import { writePoem } from './poems-api.ts';

/** Where the edge is, and the keys of a project there. Port 0 takes a free one. */
export interface DemoOptions {
  port: number;
  edge: string;
  publishableKey: string;
  secretKey: string;
  /** Where the edge serves pictures of products from; the edge itself unless told. */
  content?: string;
  /** The price of the product the shop shows first, price_…. */
  featured?: string;
}

/** The running site. `close` ends open connections too. */
export interface Demo {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts Versa. It is reachable on this machine only, as `localhost`: another host than the edge's
 * 127.0.0.1, so that the page is cross-site to it as it would be in production.
 * Throws TypeError for a wrong key or URL, and what `listen` throws for a port that is taken.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { port, publishableKey, secretKey } = options;
  if (!/^pk_[\w-]+$/.test(publishableKey))
    throw new TypeError('The publishable key must be pk_… and nothing else.');
  // Somebody waits in front of the page: better a quick "try again" than three long tries.
  const patience = { timeoutMs: 4_000, maxRetries: 2 };
  const dream = new Dream({ secretKey, baseUrl: options.edge, ...patience });
  const edge = new URL(options.edge).origin;
  const content = new URL(options.content ?? edge).origin;
  const files = await loadPages({ edge, pk: publishableKey, featured: options.featured ?? '' });
  const always = securityHeaders(edge, content);
  const ofPreview = previewHeaders(edge);
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const own: OwnApi = {
      '/api/poems': { method: 'POST', answer: () => writePoem(request, dream, publishableKey) },
      '/api/letter': { method: 'GET', answer: () => readLetter(request, dream, publishableKey) },
    };
    const { status, type, body, headers } = await answerOf(request, files, own);
    const isPreview = /^\/preview(?:\?|$)/.test(request.url ?? '');
    const policy = isPreview ? ofPreview : always;
    const all = { ...policy, 'cache-control': 'no-cache', 'content-type': type, ...headers };
    response.writeHead(status, all).end(request.method === 'HEAD' ? undefined : body);
  };
  const listener: RequestListener = (request, response) => void serve(request, response);
  const servers = await listenAsLocalhost(listener, port);
  const address = servers[0].address() as AddressInfo;
  return {
    url: `http://localhost:${address.port}`,
    close: async () => {
      await Promise.all(servers.map(closed));
    },
  };
}

interface Served extends PageFile {
  status: number;
  headers?: Record<string, string> | undefined;
}

/** The routes of this site's own server. */
type OwnApi = Record<string, { method: string; answer(): Promise<Answer> }>;

async function answerOf(
  request: IncomingMessage,
  files: Map<string, PageFile>,
  api: OwnApi,
): Promise<Served> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  const file = files.get(path);
  const route = Object.hasOwn(api, path) ? api[path] : undefined;
  const allowed = route ? [route.method] : file ? ['GET', 'HEAD'] : [];
  if (allowed.length > 0 && !allowed.includes(request.method ?? '')) {
    const error = `Only ${allowed.join(' and ')} can be answered here.`;
    return json({ status: 405, body: { error }, headers: { allow: allowed.join(', ') } });
  }
  if (file) return { status: 200, ...file };
  if (!route) return json({ status: 404, body: { error: 'There is nothing here.' } });
  try {
    return json(await route.answer());
  } catch (error) {
    console.error(error);
    return json({ status: 500, body: { error: 'The pen broke. That is our fault; try again.' } });
  }
}

const json = ({ status, body, headers }: Answer): Served => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
  headers,
});

/** `localhost` means ::1 first on some machines, and there is no ::1 on others. */
async function listenAsLocalhost(
  listener: RequestListener,
  port: number,
): Promise<[Server, ...Server[]]> {
  const four = await listening(listener, port, '127.0.0.1');
  const taken = (four.address() as AddressInfo).port;
  try {
    return [four, await listening(listener, taken, '::1')];
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      /^EADDRNOTAVAIL$|^EAFNOSUPPORT$/.test(String(error.code))
    )
      return [four];
    await closed(four);
    throw error;
  }
}

async function listening(listener: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(listener).listen(port, host);
  await once(server, 'listening');
  return server;
}

async function closed(server: Server): Promise<void> {
  const done = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await done;
}
