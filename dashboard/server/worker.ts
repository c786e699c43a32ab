/** The files of the dashboard, as Cloudflare keeps them. */
interface Site {
  ASSETS: { fetch(url: URL, init: { headers: Headers }): Promise<Response> };
}

/**
 * The dashboard in production: is asked for what is no file, and answers with the page, which knows its
 * own paths. A file of an earlier build is gone, which must not be answered with a page to be kept.
 */
export default {
  async fetch(request: Request, { ASSETS }: Site): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!['GET', 'HEAD'].includes(request.method))
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    if (pathname.startsWith('/assets/')) return new Response('Not found', { status: 404 });
    return ASSETS.fetch(new URL('/', request.url), { headers: request.headers });
  },
};
