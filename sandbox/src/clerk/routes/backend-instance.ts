import { Hono } from 'hono';
import type { ClerkEnv } from '../http.ts';

/** What the Backend API says of the instance itself and the domain its Frontend API is on. */
export const backendInstanceRoutes = new Hono<ClerkEnv>()
  .get('/v1/instance', (c) => {
    const { instance } = c.env.scope;
    return c.json({
      object: 'instance',
      id: instance.clerkId,
      environment_type: instance.mode === 'live' ? 'production' : 'development',
      allowed_origins: null,
      workspace_id: null,
    });
  })
  .get('/v1/domains', (c) => {
    const { instance, frontendUrl } = c.env.scope;
    const domain = {
      object: 'domain',
      id: instance.clerkId.replace('ins_', 'dmn_'),
      name: new URL(frontendUrl).hostname,
      is_satellite: false,
      frontend_api_url: frontendUrl,
      accounts_portal_url: null,
      proxy_url: null,
      development_origin: '',
      cname_targets: null,
    };
    return c.json({ data: [domain], total_count: 1 });
  });
