import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants } from 'node:zlib';

/** A server in front of the edge, and of pages of its own, that answers as a CDN would. */
export interface Front {
  /** The edge, by an address whose answers are compressed. */
  edge: string;
  /** Where the page of a name is, on another site than the edge. */
  pageUrl(name: string): string;
  stop(): void;
}

/** What CDNs compress answers with while they send them. */
const QUALITY = 4;

const squeeze = (body: Uint8Array | string): Buffer =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });

/**
 * Serves pages, by name, and passes everything else on to the edge. All is compressed with brotli, over
 * connections that stay open; the local edge alone sends what it has as it is.
 */
export async function startFront(
  edgeUrl: string,
  pages: (edge: string) => ReadonlyMap<string, string>,
): Promise<Front> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/';
    const page = made.get(path.slice(1));
    const headers: Record<string, string> = { 'content-encoding': 'br' };
    if (page !== undefined) {
      headers['content-type'] = 'text/html; charset=utf-8';
      return response.writeHead(200, headers).end(squeeze(page));
    }
    const { origin } = request.headers;
    const from = await fetch(edgeUrl + path, { headers: origin ? { origin } : {} });
    for (const name of ['content-type', 'cache-control', 'access-control-allow-origin'])
      headers[name] = from.headers.get(name) ?? '';
    response.writeHead(from.status, headers).end(squeeze(new Uint8Array(await from.arrayBuffer())));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const edge = `http://127.0.0.1:${port}`;
  const made = pages(edge);
  return {
    edge,
    pageUrl: (name) => `http://localhost:${port}/${name}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
