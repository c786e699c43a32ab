import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

/** Which of Clerk's two APIs an answer comes from. */
export type Api = 'backend' | 'frontend';

/** An answer of the sandbox, with the path as Clerk's description has it. */
export interface Answer {
  api: Api;
  method: string;
  path: string;
  status: number;
  body: unknown;
}

/** Holds answers against Clerk's published descriptions. */
export interface Referee {
  /** What is wrong with an answer, in a line; null when it is as described. */
  judge(answer: Answer): string | null;
}

const FILES: Record<Api, string> = {
  backend: 'clerk-bapi-2026-05-12.yml',
  frontend: 'clerk-fapi-2026-05-12.yml',
};

/** Where the descriptions lie, outside of the repository: they are Clerk's, not ours. */
export const DESCRIPTIONS =
  process.env.CLERK_DESCRIPTIONS ??
  fileURLToPath(new URL('../../../../shared/providers/data', import.meta.url));

/** A referee with the descriptions of a folder; null when they are not there. */
export function openReferee(folder = DESCRIPTIONS): Referee | null {
  const files = Object.values(FILES).map((file) => join(folder, file));
  if (!files.every((file) => existsSync(file))) return null;
  const rules = new Map<Api, Rules>();
  const rulesOf = (api: Api): Rules => {
    const known = rules.get(api) ?? readRules(join(folder, FILES[api]));
    rules.set(api, known);
    return known;
  };
  return {
    judge(answer) {
      const { api, method, path, status, body } = answer;
      const what = `${api} ${method} ${path} ${status}`;
      if (status >= 400) return verdict(what, rulesOf(api).errors, body);
      const rule = rulesOf(api).find(method, path, status);
      if (rule === undefined) return `${what}: no such answer is described.`;
      return rule && verdict(what, rule, body);
    },
  };
}

function verdict(what: string, rule: ValidateFunction, body: unknown): string | null {
  return rule(body) ? null : `${what}: ${(rule.errors ?? []).map(sentence).join('; ')}.`;
}

function sentence({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`;
}

/** One description, ready to judge with. */
interface Rules {
  errors: ValidateFunction;
  /** The rule of an answer; null when it needs none, undefined when it is not described. */
  find(method: string, path: string, status: number): ValidateFunction | null | undefined;
}

type Json = Record<string, any>;

function readRules(file: string): Rules {
  const description = asJsonSchema(parse(readFileSync(file, 'utf8'))) as Json;
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
  ajv.addSchema({ ...description, $id: 'clerk' });
  const ruleAt = (pointer: string) => ajv.compile({ $ref: `clerk#${pointer}` });
  const paths = Object.keys(description.paths)
    .map((template) => ({ template, pattern: patternOf(template) }))
    .toSorted((a, b) => holes(a.template) - holes(b.template));
  const known = new Map<string, ValidateFunction | null | undefined>();

  const lookUp = (template: string, method: string, status: number) => {
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status)];
    const [response, at] = resolved(description, pointer);
    if (!response) return undefined;
    const json = response.content?.['application/json'];
    return json?.schema
      ? ruleAt(pointerOf([...at, 'content', 'application/json', 'schema']))
      : null;
  };

  return {
    errors: ruleAt(pointerOf(['components', 'schemas', 'ClerkErrors'])),
    find(method, path, status) {
      for (const { template, pattern } of paths) {
        if (!pattern.test(path)) continue;
        const key = `${method} ${template} ${status}`;
        if (!known.has(key)) known.set(key, lookUp(template, method, status));
        return known.get(key);
      }
      return undefined;
    },
  };
}

function patternOf(template: string): RegExp {
  const escaped = template.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}

function holes(template: string): number {
  return template.split('{').length;
}

function pointerOf(keys: string[]): string {
  const escape = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
  return keys.map((key) => `/${encodeURIComponent(escape(key))}`).join('');
}

/** What is at a place of a description, and the place it really is at when that is a `$ref`. */
function resolved(description: Json, keys: string[]): [Json | undefined, string[]] {
  const found = keys.reduce<Json | undefined>((at, key) => at?.[key], description);
  if (!found?.$ref) return [found, keys];
  const target = String(found.$ref).slice('#/'.length).split('/');
  return resolved(description, target);
}

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes a choice with null, and `oneOf` becomes `anyOf`,
 * since the alternatives that Clerk describes overlap.
 */
function asJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, discriminator: _, oneOf, ...rest } = node as Json;
  const schema = Object.fromEntries(
    Object.entries(oneOf && !rest.anyOf ? { ...rest, anyOf: oneOf } : rest).map(([key, value]) => [
      key,
      asJsonSchema(value),
    ]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
}
