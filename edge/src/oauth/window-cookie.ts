import { type ParsedKey, parseKey } from '../auth/keys.ts';

/** What the window's cookie names: an environment, and one attempt in it. */
export interface WindowState {
  key: ParsedKey;
  state: string;
}

/**
 * The cookie that ties who comes back from the provider to who began: without it anybody could begin
 * a sign-in, send the provider's address to somebody else, and hear that they are signed in.
 */
export function windowCookie(publicUrl: string, pk: string, state: string): string {
  return cookie(publicUrl, `${pk}.${state}`, 600);
}

/** Takes the cookie away. */
export const noWindowCookie = (publicUrl: string): string => cookie(publicUrl, '', 0);

/** What the cookie of a request says, or null. */
export function windowStateOf(publicUrl: string, header: string | undefined): WindowState | null {
  const name = nameOf(publicUrl);
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  const [pk = '', state] = (value ?? '').split('.');
  const key = parseKey(pk);
  return key?.kind === 'pk' && state ? { key, state } : null;
}

function cookie(publicUrl: string, value: string, maxAgeSeconds: number): string {
  const secure = isSecure(publicUrl) ? '; Secure' : '';
  return `${nameOf(publicUrl)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** `__Host-`: no other host may set it. Only https can have it. */
const nameOf = (publicUrl: string): string =>
  isSecure(publicUrl) ? '__Host-dream-oauth' : 'dream-oauth';

const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:');
