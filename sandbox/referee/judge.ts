import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from 'ajv';
import { parseForm } from '../src/stripe/form.ts';
import type { Exchange } from '../src/stripe/witness.ts';
import { answerRoot, ERROR_ROOT, eventRoot, paramsRoot, type Route } from './routes.ts';
import type { Schemas } from './schemas.ts';
import { refTo } from './tighten.ts';
import type { Json } from './typings.ts';

/** One thing that is not as Stripe's types have it. */
export interface Violation {
  /** The type and the field, and what is wrong: the same for every object with the same fault. */
  rule: string;
  /** Where it was seen: the call or the event, the path in it, and what was there. */
  seen: string;
}

/** Holds what goes over the wire against the types of the `stripe` package. */
export interface Judge {
  /** A call with its parameters and its answer. */
  exchange(exchange: Exchange): Violation[];
  /** An event, as it is delivered. */
  event(body: string): Violation[];
  /** A value against a root (see `routes.ts`) or a definition, for controls. Throws when it is not there. */
  value(name: string, value: unknown): Violation[];
}

/** Calls that the package does not know: Stripe's own pages and CLI make them. */
const UNPUBLISHED = [
  /^\/v1\/payment_pages\//,
  /^\/v1\/stripecli\//,
  /^\/v1\/events\/[^/]+\/retry$/,
];

/** A judge with the schemas of one version; each is compiled when it is first needed. */
export function createJudge(schemas: Schemas): Judge {
  const answers = compiler(schemas, false);
  const requests = compiler(schemas, true);
  const routes = patterns(schemas.routes);

  const ask = (compiled: Compiler, root: string, value: unknown, expand: string[]): Violation[] =>
    compiled.faults(schemaOf(schemas, root), value, expand).map((fault) => ({
      rule: `${root.endsWith(' params') ? 'asked ' : ''}${fault.rule}`,
      seen: `${root} ${fault.path}: ${shortened(fault.found)}`,
    }));

  return {
    value: (root, value) => ask(answers, root, value, []),
    event(body) {
      const event = JSON.parse(body) as Json;
      const root = eventRoot(String(event.type));
      if (!(root in schemas.roots)) return [{ rule: `no ${root}`, seen: String(event.id) }];
      return ask(answers, root, event, []);
    },
    exchange({ method, url, version, form, status, answer }) {
      const { pathname, search } = new URL(url);
      if (UNPUBLISHED.some((pattern) => pattern.test(pathname))) return [];
      const body: unknown = JSON.parse(answer);
      const route = routes.find((one) => one.method === method && one.pattern.test(pathname));
      if (!route && status < 400)
        return [{ rule: `no call ${method} ${pathname}`, seen: String(status) }];
      const params = plain(parseForm(method === 'POST' ? form : search.slice(1)));
      const expand = [params.expand ?? []].flat().map(String);
      const isJudged = route?.params && version !== null && !REFUSED.has(status);
      return [
        ...(isJudged ? ask(requests, paramsRoot(route), params, []) : []),
        ...(status < 400 && route
          ? ask(answers, answerRoot(route), body, expand)
          : refusal(ask, answers, pathname, body)),
      ];
    },
  };
}

/** Statuses that say that the request was wrong; tests ask for them on purpose. */
const REFUSED = new Set([400, 401, 404]);

type Ask = (compiled: Compiler, root: string, value: unknown, expand: string[]) => Violation[];

/** OAuth refuses in its own words, of which the package has no type. */
function refusal(ask: Ask, answers: Compiler, pathname: string, body: unknown): Violation[] {
  if (!pathname.startsWith('/oauth/')) return ask(answers, ERROR_ROOT, body, []);
  const { error, error_description: words, ...rest } = body as Json;
  const isRight = typeof error === 'string' && typeof words === 'string';
  if (isRight && Object.keys(rest).length === 0) return [];
  return [{ rule: 'OAuth refuses with error and error_description', seen: JSON.stringify(body) }];
}

/** Calls by their paths; those without holes first. */
function patterns(routes: readonly Route[]) {
  return routes
    .map(({ method, path, params }) => ({
      method,
      path,
      params,
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('{}', '[^/]+')}$`),
      holes: path.split('{}').length,
    }))
    .toSorted((a, b) => a.holes - b.holes);
}

function schemaOf({ roots, definitions }: Schemas, name: string): Json {
  const schema = roots[name] ?? (definitions[name] && { $ref: refTo(name) });
  if (schema) return schema;
  throw new Error(`The types of stripe have no "${name}".`);
}

/** A fault inside one value. */
interface Fault {
  rule: string;
  path: string;
  found: unknown;
}

interface Compiler {
  faults(schema: Json, value: unknown, expand: string[]): Fault[];
}

/** What `expand` asked for while a value is judged; nested objects are judged while their owner is. */
interface Asked {
  expand: string[];
  at: string;
}

function compiler(schemas: Schemas, coerceTypes: boolean): Compiler {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    inlineRefs: false,
    validateFormats: false,
    verbose: true,
    coerceTypes,
  });
  const compiled = new Map<string, ValidateFunction>();
  let asked: Asked = { expand: [], at: '' };

  const check = (schema: Json, value: unknown): ErrorObject[] => {
    const key = JSON.stringify(schema);
    const known = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, known);
    return known(value) ? [] : [...(known.errors ?? [])];
  };
  const within = (at: string, schema: Json, value: unknown): ErrorObject[] => {
    const outer = asked;
    asked = { ...outer, at: outer.at + at };
    const errors = check(schema, value);
    asked = outer;
    return errors.map((error) => ({ ...error, instancePath: at + error.instancePath }));
  };

  const keyword = (
    name: string,
    errorsOf: (rule: string[], value: unknown, at: string) => ErrorObject[],
  ) => {
    const validate: SchemaValidateFunction = (rule: string[], value, parentSchema, cxt) => {
      const found = errorsOf(rule, value, cxt?.instancePath ?? '');
      const errors = found.map((error) => ({ parentSchema, ...error }) as ErrorObject);
      validate.errors = errors;
      return errors.length === 0;
    };
    ajv.addKeyword({ keyword: name, errors: 'full', validate });
  };
  const closest = (refs: string[], value: unknown, at: string): ErrorObject[] =>
    refs.map(($ref) => within(at, { $ref }, value)).toSorted((a, b) => a.length - b.length)[0] ??
    [];
  keyword('closest', closest);
  keyword('expanded', (refs, value, at) => {
    if (typeof value !== 'object' || value === null) return [fault(at, 'must be an id')];
    if (isAsked(asked.expand, dotted(asked.at + at))) return closest(refs, value, at);
    return [fault(at, 'must be an id when nobody expands it')];
  });
  keyword('event', (_, value, at) => {
    const type = String((value as Json | null)?.type);
    const schema = schemas.roots[eventRoot(type)];
    return schema ? within(at, schema, value) : [fault(`${at}/type`, 'must be a type of event')];
  });
  const { definitions } = schemas;
  ajv.addSchema({ $id: 'stripe', definitions });
  const owners = ownersOf(definitions);

  return {
    faults(schema, value, expand) {
      asked = { expand, at: '' };
      return told(check(schema, value), value, owners);
    },
  };
}

const fault = (instancePath: string, message: string): ErrorObject => ({
  keyword: 'expanded',
  instancePath,
  schemaPath: '',
  params: {},
  message,
});

/** Whether `expand` asks for an object: what is within it cannot be had without it. */
const isAsked = (expand: string[], path: string): boolean =>
  expand.some((one) => one === path || one.startsWith(`${path}.`));

/** The path of a value as `expand` has it: `data.customer` for `/data/0/customer`. */
const dotted = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .join('.');

/** The errors that say something: not that a choice failed, when it is said what failed inside. */
function told(errors: ErrorObject[], value: unknown, owners: WeakMap<object, string>): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    if (error.keyword === 'if' || isPartOfBefore(error) || isOtherOption(error, errors)) continue;
    const fault = sentence(error, value, owners.get(error.parentSchema ?? {}));
    faults.set(`${fault.rule} ${fault.path}`, fault);
  }
  return [...faults.values()];
}

/** What an event says was different before holds parts of objects only. */
const isPartOfBefore = ({ keyword, instancePath }: ErrorObject): boolean =>
  keyword === 'required' && instancePath.startsWith('/data/previous_attributes');

/** When something inside a choice is wrong, that it is none of the other options says nothing. */
function isOtherOption({ keyword, instancePath }: ErrorObject, errors: ErrorObject[]): boolean {
  if (!['type', 'const', 'enum', 'anyOf'].includes(keyword)) return false;
  const isChoice = errors.some(
    (one) => one.keyword === 'anyOf' && one.instancePath === instancePath,
  );
  return isChoice && errors.some((one) => isInside(one, instancePath));
}

const isInside = ({ keyword, instancePath }: ErrorObject, path: string): boolean =>
  instancePath.startsWith(`${path}/`) ||
  (instancePath === path && ['required', 'additionalProperties'].includes(keyword));

/** Which type each part of a schema belongs to. */
function ownersOf(definitions: Record<string, Json>): WeakMap<object, string> {
  const owners = new WeakMap<object, string>();
  const own = (part: unknown, name: string): void => {
    if (typeof part !== 'object' || part === null) return;
    owners.set(part, name);
    for (const inner of Object.values(part)) own(inner, name);
  };
  for (const [name, schema] of Object.entries(definitions))
    own(schema, name.replaceAll(/\b[\w.]+:/g, ''));
  return owners;
}

function sentence(error: ErrorObject, value: unknown, type = 'what'): Fault {
  const { instancePath, keyword, params, message } = error;
  const field = dotted(instancePath).split('.').at(-1) ?? '';
  const said = (what: string, extra?: string) => ({
    rule: `${type}${what}`,
    path: extra ? `${instancePath}/${extra}` : instancePath || '/',
    found: extra ? undefined : at(value, instancePath),
  });
  if (keyword === 'required') {
    const missing = String(params.missingProperty);
    return said(`.${missing} is missing`, missing);
  }
  if (keyword === 'additionalProperties') {
    const extra = String(params.additionalProperty);
    return said(`.${extra} is unknown`, extra);
  }
  const wanted = { const: params.allowedValue, enum: params.allowedValues }[keyword] as unknown;
  const words = wanted === undefined ? message : `must be ${shortened(wanted)}`;
  return said(`${field ? `.${field}` : ''} ${words}`);
}

/** What is at a path of a value. */
const at = (value: unknown, path: string): unknown =>
  path
    .split('/')
    .slice(1)
    .reduce((inner, key) => (inner as Json | undefined)?.[key] as unknown, value);

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** Parameters as ajv knows them: with prototypes, and nothing but what was sent. */
const plain = (params: object): Json => JSON.parse(JSON.stringify(params)) as Json;
