import { Hono } from 'hono';
import type { RedirectUrl, SignInToken } from '../entities.ts';
import { faults } from '../errors.ts';
import { backendRedirectUrl, backendSignInToken, deletedObject } from '../format-backend.ts';
import { answerList, type ClerkEnv, type Ctx, jsonBody } from '../http.ts';
import { newId } from '../ids.ts';
import { issueTicket } from '../tickets.ts';
import { jwksOf } from '../tokens.ts';

const THIRTY_DAYS_SECONDS = 30 * 24 * 60 * 60;

/** The Backend API's smaller resources: keys, sign-in tokens, testing tokens, redirect URLs. */
export const backendRestRoutes = new Hono<ClerkEnv>()
  .get('/v1/jwks', (c) => c.json(jwksOf(c.env.scope.instance)))
  .post('/v1/sign_in_tokens', async (c) => {
    const scope = c.env.scope;
    const body = await jsonBody(c, ['user_id', 'org_id', 'expires_in_seconds']);
    if (typeof body.user_id !== 'string') throw faults.missing('user_id');
    if (!scope.users.get(body.user_id)) throw faults.notFound('User', body.user_id);
    const seconds = Number(body.expires_in_seconds ?? THIRTY_DAYS_SECONDS);
    if (!Number.isInteger(seconds) || seconds < 1) {
      throw faults.value('expires_in_seconds', body.expires_in_seconds);
    }
    const { token, ticket } = issueTicket(scope, body.user_id, seconds);
    const url = `${scope.frontendUrl}/v1/tickets/accept?ticket=${ticket}`;
    return c.json(backendSignInToken(token, { token: ticket, url }));
  })
  .post('/v1/sign_in_tokens/:id/revoke', (c) => {
    const scope = c.env.scope;
    const token = scope.signInTokens.get(c.req.param('id'));
    if (!token) throw faults.notFound('Sign in token', c.req.param('id'));
    if (token.status !== 'pending') {
      throw faults.ticket(
        'sign_in_token_cannot_be_revoked_code',
        'cannot revoke',
        `Sign in token cannot be revoked because its status is ${token.status}. Only pending tokens can be revoked.`,
      );
    }
    const revoked: SignInToken = { ...token, status: 'revoked', updatedAtMs: scope.nowMs() };
    scope.signInTokens.put(revoked);
    return c.json(backendSignInToken(revoked));
  })
  .post('/v1/testing_tokens', (c) => {
    const scope = c.env.scope;
    if (scope.instance.mode === 'live') throw faults.instanceType('development');
    const expiresAt = Math.floor(scope.nowMs() / 1000) + 3600;
    const token = `${expiresAt}-${newId('c')}`;
    return c.json({ object: 'testing_token', token, expires_at: expiresAt });
  })
  .get('/v1/redirect_urls', (c) =>
    answerList(c, c.env.scope.redirectUrls.list().toReversed(), backendRedirectUrl),
  )
  .post('/v1/redirect_urls', async (c) => {
    const scope = c.env.scope;
    const { url } = await jsonBody(c, ['url']);
    if (typeof url !== 'string') throw faults.missing('url');
    if (!URL.canParse(url)) throw faults.redirectUrlInvalid();
    const nowMs = scope.nowMs();
    const id = newId('ru');
    const redirectUrl: RedirectUrl = { id, url, createdAtMs: nowMs, updatedAtMs: nowMs };
    scope.redirectUrls.put(redirectUrl);
    return c.json(backendRedirectUrl(redirectUrl));
  })
  .get('/v1/redirect_urls/:id', (c) => c.json(backendRedirectUrl(redirectUrlOf(c))))
  .delete('/v1/redirect_urls/:id', (c) => {
    const { id } = redirectUrlOf(c);
    c.env.scope.redirectUrls.delete(id);
    return c.json(deletedObject('redirect_url', id));
  });

function redirectUrlOf(c: Ctx): RedirectUrl {
  const id = c.req.param('id') ?? '';
  const redirectUrl = c.env.scope.redirectUrls.get(id);
  if (!redirectUrl) throw faults.notFound('Redirect url', id);
  return redirectUrl;
}
