import type { Context } from 'hono';
import * as v from 'valibot';
import type { AppEnv } from './call.ts';
import { Fail } from './fail.ts';

/** The largest body any JSON route takes. */
export const MAX_BODY_BYTES = 256 * 1024;

const JSON_TYPES = /^(application\/([\w.-]+\+)?json|text\/plain)\s*(;|$)/i;

/**
 * The body of a request by its schema. No body is `{}`, whatever its content type. text/plain is
 * read as JSON, so that pages can send one without a preflight.
 */
export async function readBody(
  c: Context<AppEnv>,
  schema: v.GenericSchema | undefined,
): Promise<unknown> {
  if (!schema) return undefined;
  const text = await readText(c.req.raw, MAX_BODY_BYTES);
  if (text.trim() === '') return check(schema, {});
  const type = c.req.header('content-type');
  if (type !== undefined && !JSON_TYPES.test(type))
    throw new Fail('unsupported_media_type', { contentType: type.slice(0, 100) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Fail('invalid_json');
  }
  // A list would pass for an object without fields.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fail('invalid_json');
  return check(schema, value);
}

/** The query of a request by its schema. */
export function readQuery(c: Context<AppEnv>, schema: v.GenericSchema | undefined): unknown {
  return schema ? check(schema, c.req.query()) : undefined;
}

/** Text of at most `maxBytes`; stops reading as soon as it is more. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(request, maxBytes));
}

/**
 * At most `maxBytes` of a body; stops reading as soon as it is more than `heardBytes`. What is above
 * `maxBytes` is let pass until then: who is cut off while sending sees no answer.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  heardBytes = maxBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Fail('body_too_large', { maxBytes });
  const announced = request.headers.get('content-length');
  if (announced === '0') return new Uint8Array();
  if (Number(announced ?? 0) > heardBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += (chunk as Uint8Array).byteLength;
    if (length > heardBytes) throw tooLarge();
    if (length <= maxBytes) chunks.push(chunk as Uint8Array);
  }
  if (length > maxBytes) throw tooLarge();
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** A value by its schema. Throws `invalid_request` with what is wrong, and where. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { message: messageByType });
  if (result.success) return result.output;
  const issues = result.issues
    .slice(0, 20)
    .map((issue) => ({ path: v.getDotPath(issue) ?? '', message: messageOf(issue) }));
  throw new Fail('invalid_request', { issues });
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return 'Is not a field of this call. Check its spelling, or leave it out.';
  if (issue.received === 'undefined') return 'Is required.';
  return issue.message;
}

/** What to send instead, where the schema does not say it in words of its own. */
function messageByType({ type, expected, message }: v.BaseIssue<unknown>): string {
  if (type === 'array') return 'Must be a list.';
  if (type === 'boolean') return 'Must be true or false.';
  if (expected === 'Object') return 'Must be an object.';
  const choices = [...(expected ?? '').matchAll(/"[^"]*"/g)].map(([choice]) => choice);
  return choices.length > 0 ? `Must be ${choices.join(' or ')}.` : message;
}
