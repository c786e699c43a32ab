import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a server saw it. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/**
 * What to answer; a text is sent as it is. Null ends the connection without an answer; 'silence'
 * keeps it open and says nothing.
 */
export type Reply =
  | { status: number; body: unknown; headers?: Record<string, string> }
  | 'silence'
  | null;

/** A peer over HTTP that answers as it is told, in order; the last reply stays. */
export async function startServer(
  replies: Reply[],
): Promise<{ url: string; seen: Seen[]; close: () => Promise<void> }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body,
    });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (!reply) return request.socket.destroy();
    if (reply === 'silence') return undefined;
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    const { body: answer } = reply;
    return response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, seen, close };
}
