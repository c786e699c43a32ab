import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { COMMON_ERRORS, ERRORS, type ErrorCode } from '../src/errors.ts';
import type { Auth, Route } from '../src/respond.ts';

type Json = Record<string, unknown>;

/** How each way of calling is written in OpenAPI. A list entry needs all the schemes it names. */
const SECURITY: Record<Auth, Record<string, never[]> | null> = {
  sk: { secretKey: [] },
  pk: { publishableKey: [] },
  session: { accessToken: [] },
  user: { secretKey: [], userId: [] },
  operator: { operatorSecret: [] },
  none: null,
};

const SCHEMES: Json = {
  secretKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'A secret key, sk_…, from your server only.',
  },
  publishableKey: {
    type: 'apiKey',
    in: 'query',
    name: 'pk',
    description: 'A publishable key, pk_….',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a signed-in customer.',
  },
  userId: {
    type: 'apiKey',
    in: 'header',
    name: 'X-User-Id',
    description: 'The customer: a cust_… id or your own id.',
  },
  operatorSecret: {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator secret of the deployment.',
  },
};

/** The API as OpenAPI 3.1, made of the route table. */
export function openapi(routes: ReadonlyMap<string, Route>): Json {
  const paths: Record<string, Json> = {};
  for (const [name, row] of routes) {
    for (const [index, path] of [row.path, ...(row.aliases ?? [])].entries()) {
      const written = path.replace(/:(\w+)/g, '{$1}');
      const operationId = index === 0 ? name : `${name}${index + 1}`;
      paths[written] = { ...paths[written], [row.method]: operation(operationId, row) };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'dream', version: '1', description: 'Sign-up, subscriptions and usage limits.' },
    paths,
    components: { securitySchemes: SCHEMES, schemas: { Error: errorSchema } },
  };
}

const errorSchema: Json = {
  type: 'object',
  required: ['error', 'message', 'code', 'docs', 'requestId'],
  properties: {
    error: { type: 'string' },
    message: { type: 'string' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    docs: { type: 'string', format: 'uri' },
    requestId: { type: 'string' },
  },
};

function operation(operationId: string, row: Route): Json {
  const ok = String(row.status ?? 200);
  const success = row.answer ? content(schemaOf(row.answer, 'output')) : {};
  return {
    operationId,
    summary: row.summary,
    parameters: [...pathParameters(row.path), ...queryParameters(row.query)],
    ...(row.body ? { requestBody: content(schemaOf(row.body, 'input')) } : {}),
    responses: {
      [ok]: { description: 'Done.', ...success },
      ...errorAnswers([...COMMON_ERRORS, ...row.errors]),
    },
    security: row.auth.map((way) => SECURITY[way]).filter((scheme) => scheme !== null),
  };
}

function errorAnswers(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy([...new Set(codes)], (code) => ERRORS[code].status);
  const rows = [...byStatus].toSorted(([a], [b]) => a - b);
  return Object.fromEntries(
    rows.map(([status, list]) => [
      String(status),
      { description: list.join(', '), ...content({ $ref: '#/components/schemas/Error' }) },
    ]),
  );
}

const content = (schema: Json): Json => ({ content: { 'application/json': { schema } } });

const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

function queryParameters(query: GenericSchema | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
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

/** Rules JSON Schema cannot say (checks, transforms) are left out; the edge still applies them. */
function schemaOf(schema: GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode, errorMode: 'ignore' });
  return rest;
}
