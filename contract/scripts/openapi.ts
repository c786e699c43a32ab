import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { Bootstrap } from '../src/bootstrap.ts';
import { Turnstile } from '../src/bot-check.ts';
import { Customer, Subscription } from '../src/customers.ts';
import { COMMON_ERRORS, ERRORS, type ErrorCode } from '../src/errors.ts';
import { Product, PublicProduct } from '../src/products.ts';
import { Image } from '../src/images.ts';
import { Order, OrderReceipt } from '../src/orders.ts';
import { AuditEntry, Connection, Project, SecretKey, Settings } from '../src/projects.ts';
import type { Route } from '../src/respond.ts';
import { Session } from '../src/sessions.ts';
import { StoreSettings } from '../src/store.ts';
import { PublicTier, Tier } from '../src/tiers.ts';
import { TrackEvent, Usage, UsageStatus } from '../src/usage.ts';
import { TopCustomer, UsageDay, UsageTotal } from '../src/usage-history.ts';
import { HEADERS, headersOf, SECURITY, SECURITY_SCHEMES } from './openapi-access.ts';

type Json = Record<string, unknown>;

/** What answers are made of. Each is written once and referred to by its name. */
const SCHEMAS: Record<string, GenericSchema> = {
  AuditEntry,
  Bootstrap,
  Connection,
  Customer,
  Product,
  Image,
  Order,
  OrderReceipt,
  Project,
  PublicProduct,
  PublicTier,
  SecretKey,
  Session,
  Settings,
  StoreSettings,
  Subscription,
  Tier,
  Turnstile,
  Usage,
  UsageStatus,
  TrackEvent,
  UsageDay,
  UsageTotal,
  TopCustomer,
};

/** Of the errors every route can answer, those that only a call with a body can meet. */
const BODY_ERRORS = new Set<ErrorCode>([
  'invalid_json',
  'unsupported_media_type',
  'body_too_large',
]);

/** OpenAPI 3.1 speaks JSON Schema 2020-12. Rules that it cannot say are applied by the edge alone. */
const OPTIONS = {
  target: 'draft-2020-12',
  errorMode: 'ignore',
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const;

/** The API as OpenAPI 3.1, made of the route table. */
export function openapi(routes: ReadonlyMap<string, Route>): Json {
  const paths: Record<string, Json> = {};
  for (const [name, row] of routes) {
    for (const [index, path] of [row.path, ...(row.aliases ?? [])].entries()) {
      const written = path.replace(/:(\w+)/g, '{$1}');
      const operationId = index === 0 ? name : `${name}Alias${index}`;
      paths[written] = { ...paths[written], [row.method]: operation(operationId, path, row) };
    }
  }
  const schemas = toJsonSchemaDefs(SCHEMAS, { ...OPTIONS, typeMode: 'output' });
  return {
    openapi: '3.1.0',
    info: { title: 'dream', version: '1', description: 'Sign-up, subscriptions and usage limits.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      parameters: HEADERS,
      schemas: { ...schemas, Error: errorSchema },
    },
  };
}

const errorSchema: Json = {
  type: 'object',
  description: 'The body of every error. Some codes add fields of their own.',
  required: ['error', 'message', 'code', 'docs', 'requestId'],
  properties: {
    error: { type: 'string', description: 'A short title.' },
    message: { type: 'string', description: 'What to do.' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    docs: { type: 'string', format: 'uri', description: 'A page that explains the code.' },
    requestId: { type: 'string' },
  },
};

function operation(operationId: string, path: string, row: Route): Json {
  const success = row.answer ? content(answerSchema(row.answer)) : {};
  return {
    operationId,
    summary: row.summary,
    parameters: [...pathParameters(path), ...queryParameters(row.query), ...headersOf(row)],
    ...(row.body ? { requestBody: requestBody(row.body) } : {}),
    ...(row.upload ? { requestBody: fileBody(row.upload) } : {}),
    responses: {
      [String(row.status ?? 200)]: { description: 'Done.', ...success },
      ...errorAnswers([...commonErrors(row), ...row.errors]),
    },
    security: row.auth.flatMap((way) => SECURITY[way]),
  };
}

function commonErrors({ method }: Route): readonly ErrorCode[] {
  const takesBody = method !== 'get' && method !== 'delete';
  return takesBody ? COMMON_ERRORS : COMMON_ERRORS.filter((code) => !BODY_ERRORS.has(code));
}

function errorAnswers(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
  const rows = [...byStatus].toSorted(([a], [b]) => a - b);
  return Object.fromEntries(
    rows.map(([status, list]) => [String(status), errorAnswer(status, list)]),
  );
}

function errorAnswer(status: number, codes: readonly ErrorCode[]): Json {
  const seconds = { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join('\n'),
    ...(status === 429 ? { headers: { 'Retry-After': seconds } } : {}),
    ...content({ $ref: '#/components/schemas/Error' }),
  };
}

const content = (schema: Json): { content: Json } => ({
  content: { 'application/json': { schema } },
});

/** A POST without a body is `{}`, so only a body with a required field has to be there. */
function requestBody(body: GenericSchema): Json {
  const schema = inputSchema(body);
  const required = Array.isArray(schema.required) && schema.required.length > 0;
  return { required, ...content(schema) };
}

/** A file is described by its types alone. */
const fileBody = ({ contentTypes }: NonNullable<Route['upload']>): Json => ({
  required: true,
  content: Object.fromEntries(contentTypes.map((type) => [type, {}])),
});

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'mode' ? { enum: ['test', 'live'] } : { type: 'string' },
  }));

function queryParameters(query: GenericSchema | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = inputSchema(query) as {
    properties?: Json;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function inputSchema(schema: GenericSchema): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, { ...OPTIONS, typeMode: 'input' });
  return rest;
}

function answerSchema(schema: GenericSchema): Json {
  const options = { ...OPTIONS, definitions: SCHEMAS, typeMode: 'output' } as const;
  const { $schema: _, $defs: __, ...rest } = toJsonSchema(schema, options);
  return rest;
}
