import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site of a stranger, on a port of its own. */
export interface Site {
  /** As the pages of a developer would be seen: on another site than the edge. */
  url: string;
  /** The same server on the edge's own site. */
  edgeSideUrl: string;
  /** What the newest request carried. */
  lastHeaders: IncomingHttpHeaders;
  stop(): void;
}

/** Serves one page, whatever is asked for; one that may change is given as what makes it. */
export async function serve(
  html: string | (() => string),
  headers: Record<string, string> = {},
): Promise<Site> {
  const server = createServer((request, response) => {
    site.lastHeaders = request.headers;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(typeof html === 'string' ? html : html());
  }).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const site: Site = {
    url: `http://localhost:${port}/`,
    edgeSideUrl: `http://127.0.0.1:${port}/`,
    lastHeaders: {},
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return site;
}
