import { updateClient } from './accounts.ts';
import type { Client } from './entities.ts';
import type { Scope } from './scope.ts';
import { readToken, signToken } from './tokens.ts';

/** The token that makes its holder this client: what travels in the `Authorization` header. */
export function clientToken(scope: Scope, client: Client): string {
  return signToken(scope.instance, { id: client.id, rotating_token: client.rotatingToken });
}

/**
 * The client a token stands for; null when it is forged, foreign or rotated away. The token that
 * was good before an OAuth callback is good once more beside the nonce of that callback.
 */
export function clientOfToken(scope: Scope, token: string, nonce?: string): Client | null {
  const claims = readToken(scope.instance, token.replace(/^Bearer /, ''));
  const client = typeof claims?.id === 'string' ? scope.clients.get(claims.id) : undefined;
  if (!client) return null;
  const { rotation } = client;
  const fits = (other: string) => other === claims?.rotating_token;
  if (fits(client.rotatingToken)) return client;
  if (!rotation || !fits(rotation.before) || rotation.nonce !== nonce) return null;
  return scope.nowMs() < rotation.expiresAtMs
    ? updateClient(scope, client, { rotation: null })
    : null;
}
