/**
 * Headers of every answer. The policy allows this site and the edge, and no inline script or style;
 * text becomes markup only through Lit's own policy, which the widgets make a second time.
 */
export function securityHeaders(edge: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${edge}`,
    "style-src 'self'",
    `connect-src 'self' ${edge} ${edge.replace(/^http/, 'ws')}`,
    // Logos of tenants are theirs to host.
    "img-src 'self' data: http: https:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html 'allow-duplicates'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
  };
}
