import type { Client } from './entities.ts';
import type { Scope } from './scope.ts';
import { readToken, signToken } from './tokens.ts';

/** The token that makes its holder this client: what travels in the `Authorization` header. */
export function clientToken(scope: Scope, client: Client): string {
  return signToken(scope.instance, { id: client.id, rotating_token: client.rotatingToken });
}

/** The client a token stands for; null when it is forged, foreign or rotated away. */
export function clientOfToken(scope: Scope, token: string): Client | null {
  const claims = readToken(scope.instance, token.replace(/^Bearer /, ''));
  const client = typeof claims?.id === 'string' ? scope.clients.get(claims.id) : undefined;
  return client && client.rotatingToken === claims?.rotating_token ? client : null;
}
