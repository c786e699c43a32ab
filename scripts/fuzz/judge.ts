import { readdirSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ROUTES } from '@dream/contract';
import { COMMON_ERRORS, ERRORS, type ErrorCode } from '@dream/contract/errors';
import type { Route } from '@dream/contract/respond';

/** What was answered to a call; `json` is undefined where the body is none. */
export interface Said {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: any;
}

const docs = fileURLToPath(new URL('../../docs/errors', import.meta.url));
const pages = new Set(readdirSync(docs).map((file) => file.replace(/\.md$/, '')));

const ANYWHERE: readonly ErrorCode[] = [...COMMON_ERRORS, 'route_not_found'];

const rows = [...ROUTES.values()].flatMap((row) =>
  [row.path, ...(row.aliases ?? [])].map((path) => ({
    row,
    method: row.method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:[^/]+/g, '[^/]+')}$`),
  })),
);

/** The rows of the route table that a call may be of. */
const rowsOf = (called: string, path: string): Route[] =>
  rows
    .filter(({ method, pattern }) => method === called && pattern.test(path))
    .map(({ row }) => row);

/** What is wrong with an answer, or null: it must be one that the contract knows. */
export function faultOf(method: string, path: string, said: Said): string | null {
  if (said.status >= 500) return `${said.status}, which nobody can cause`;
  if (method === 'HEAD' || said.status === 101) return null;
  const candidates = rowsOf(method, path);
  return said.status >= 400 ? errorFault(candidates, said) : answerFault(candidates, said);
}

function errorFault(candidates: readonly Route[], { status, json }: Said): string | null {
  const code = json?.code as ErrorCode | undefined;
  if (code === undefined || !Object.hasOwn(ERRORS, code)) return `${status} without a known code`;
  if (ERRORS[code].status !== status) return `${code} with ${status}`;
  for (const field of ['error', 'message', 'docs', 'requestId'])
    if (typeof json[field] !== 'string') return `${code} without "${field}"`;
  if (!pages.has(code) || !json.docs.endsWith(`/docs/errors/${code}`))
    return `${code} without a page`;
  // A POST that keeps no answer for repeats takes a key all the same, and refuses a malformed one.
  const isOfPost = code === 'idempotency_key_invalid' && candidates[0]?.method === 'post';
  const isListed =
    isOfPost || candidates.some(({ errors }) => [...errors, ...ANYWHERE].includes(code));
  return candidates.length === 0 || isListed ? null : `${code}, which the route does not list`;
}

function answerFault(candidates: readonly Route[], { status, json }: Said): string | null {
  const faults = candidates.map((row) => {
    if (status >= 300) return null;
    if (status !== (row.status ?? 200)) return `${status} instead of ${row.status ?? 200}`;
    const checked = row.answer?.['~standard'].validate(json);
    if (!checked || checked instanceof Promise || !checked.issues) return null;
    return `an answer its schema does not know: ${checked.issues[0]?.message}`;
  });
  return faults.includes(null) ? null : (faults[0] ?? null);
}
