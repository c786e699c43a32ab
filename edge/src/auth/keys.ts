import { MODES, type Mode } from '@dream/contract/primitives';
import { base32, checksum } from './base32.ts';

/** The platform's own project: the one id that carries no tag. */
export const PLATFORM_PROJECT = 'prj_dream';

/** A key as it can be read without asking anybody. Whether it is known is another question. */
export type ParsedKey = { kind: 'pk' | 'sk'; mode: Mode; projectId: string };

const PK = /^pk_(test|live)_([0-9a-z]{5,40})$/;
const SK = /^sk_(test|live)_([0-9a-z]{5,40})_([0-9a-z]{52})([0-9a-z]{6})$/;

/** Reads a key; null for anything that is not one, or whose checksum is wrong. */
export function parseKey(key: string): ParsedKey | null {
  const sk = SK.exec(key);
  if (sk) {
    if (checksum(key.slice(0, -6)) !== sk[4]) return null;
    return { kind: 'sk', mode: modeOf(sk[1]), projectId: `prj_${sk[2]}` };
  }
  const pk = PK.exec(key);
  if (!pk?.[2] || checksum(key.slice(0, -6)) !== key.slice(-6)) return null;
  return { kind: 'pk', mode: modeOf(pk[1]), projectId: `prj_${pk[2].slice(0, -6)}` };
}

const modeOf = (text: string | undefined): Mode => MODES.find((mode) => mode === text) ?? 'test';

/** The publishable key of an environment: always the same. */
export function publishableKey(projectId: string, mode: Mode): string {
  const head = `pk_${mode}_${projectId.slice(4)}`;
  return head + checksum(head);
}

/** A secret key made of 32 random bytes. */
export function secretKey(projectId: string, mode: Mode, random: Uint8Array): string {
  const head = `sk_${mode}_${projectId.slice(4)}_${base32(random)}`;
  return head + checksum(head);
}

/** What people may see of a secret key to tell it from others. */
export const keyHint = (key: string): string => `${key.slice(0, 8)}…${key.slice(-4)}`;

/** How far behind it may be when a key is said to have been used last. */
export const KEY_USE_MS = 3_600_000;

/** What is kept of a secret key: SHA-256 in hexadecimal. */
export function hashSecret(secret: string): Promise<string> {
  return hashBytes(new TextEncoder().encode(secret));
}

/** SHA-256 in hexadecimal. */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Compares two texts in a time that does not tell where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  let different = a.length ^ b.length;
  for (let i = 0; i < a.length; i++)
    different |= a.charCodeAt(i) ^ b.charCodeAt(i % (b.length || 1));
  return different === 0;
}

const ID_CHARS = 12;
const TAG_CHARS = 8;

/** A project id: random, then a tag only this edge can make, so made-up ids address no object. */
export async function projectId(random: Uint8Array, tagKey: CryptoKey): Promise<string> {
  const name = base32(random).slice(0, ID_CHARS);
  return `prj_${name}${await tagOf(name, tagKey)}`;
}

/** Whether this edge made the id. */
export async function isOurProjectId(id: string, tagKey: CryptoKey): Promise<boolean> {
  if (id === PLATFORM_PROJECT) return true;
  const rest = id.slice(4);
  if (!id.startsWith('prj_') || rest.length !== ID_CHARS + TAG_CHARS) return false;
  const name = rest.slice(0, ID_CHARS);
  return equalInConstantTime(rest.slice(ID_CHARS), await tagOf(name, tagKey));
}

async function tagOf(name: string, tagKey: CryptoKey): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', tagKey, new TextEncoder().encode(`project:${name}`));
  return base32(new Uint8Array(mac)).slice(0, TAG_CHARS);
}
