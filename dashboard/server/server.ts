import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadFiles } from './files.ts';
import { securityHeaders } from './headers.ts';

/** Where the edge is, and the live publishable key of the platform's own project there. */
export interface DashboardOptions {
  port: number;
  edge: string;
  publishableKey: string;
  /** The page that shows working previews, of the demo site; without it there are none. */
  preview?: string;
}

/** The running dashboard. `close` ends open connections too. */
export interface Dashboard {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the built dashboard on this machine as `localhost`. Every path that is no file is the page,
 * which knows its own paths. Port 0 takes a free one. Throws when it was not built, and what `listen`
 * throws for a port that is taken.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const edge = new URL(options.edge).origin;
  const { page, assets } = loadFiles(edge, options.publishableKey, options.preview);
  const always = securityHeaders(edge);
  const listener: RequestListener = ({ method = '', url = '/' }, response) => {
    if (!['GET', 'HEAD'].includes(method)) {
      response.writeHead(405, { ...always, allow: 'GET, HEAD' }).end();
      return;
    }
    const path = url.replace(/[?#].*$/s, '');
    const asset = assets.get(path);
    const file = asset ?? (path.startsWith('/assets/') ? null : page);
    if (file === null) {
      response.writeHead(404, { ...always, 'content-type': 'text/plain' }).end('Not found');
      return;
    }
    const cache = asset ? 'public, max-age=31536000, immutable' : 'no-cache';
    response
      .writeHead(200, { ...always, 'content-type': file.type, 'cache-control': cache })
      .end(method === 'HEAD' ? undefined : file.body);
  };
  const servers = await listenAsLocalhost(listener, options.port);
  const { port } = servers[0].address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      await Promise.all(servers.map(closed));
    },
  };
}

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
    if (/^EADDRNOTAVAIL$|^EAFNOSUPPORT$/.test((error as NodeJS.ErrnoException).code ?? ''))
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
