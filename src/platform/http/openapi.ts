/** OpenAPI 3.1 from the endpoints themselves. */
import { z } from 'zod';
import type { Door, Endpoint } from '../../contract/endpoint.ts';

type Json = { [key: string]: unknown };
const version = '0.1.0';
const titles: Readonly<Record<Door, string>> = {
  product: 'AI-SPM',
  'ai-scanner': 'AI scanner',
  'data-integrity': 'Data integrity',
  'wiz-integration': 'Wiz integration',
  'compliance-engine': 'Compliance engine',
  'agent-gateway': 'Agent gateway',
};
const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    traceId: { type: 'string' },
    instance: { type: 'string' },
    params: { type: 'object' },
    issues: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } } },
  },
};

/** The document of one door, in stable order. */
export function openapiDocument(door: Door, endpoints: readonly Endpoint[]): Json {
  const paths: Record<string, Json> = {};
  const sorted = endpoints
    .filter((endpoint) => endpoint.door === door)
    .toSorted((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
  for (const endpoint of sorted) {
    for (const path of [endpoint.path, ...(endpoint.aliases ?? [])]) {
      const key = path.replace(/:(\w+)/g, '{$1}');
      paths[key] = { ...paths[key], [endpoint.method.toLowerCase()]: operation(endpoint, path) };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: titles[door], version, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes:
        door === 'product'
          ? { session: { type: 'apiKey', in: 'cookie', name: 'aispm_session' } }
          : { service: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(endpoint: Endpoint, path: string): Json {
  const fields = inputFields(endpoint);
  const inPath = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  const inQuery = (endpoint.kind !== 'json' && endpoint.kind !== 'redirect') || endpoint.method === 'GET' || endpoint.method === 'DELETE';
  const rest = Object.entries(fields.properties).filter(([name]) => !inPath.includes(name));
  const isAlias = path !== endpoint.path;
  return {
    tags: [endpoint.tag],
    operationId: `${endpoint.tag}.${endpoint.operation}${isAlias ? `.${path.replaceAll(/\W+/g, '-')}` : ''}`,
    summary: endpoint.summary,
    ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
    ...(endpoint.deprecated ? { deprecated: true } : {}),
    'x-access': endpoint.access,
    ...(endpoint.access === 'public' ? { security: [] } : { security: [endpoint.door === 'product' ? { session: [] } : { service: [] }] }),
    parameters: [
      ...inPath.map((name) => ({ name, in: 'path', required: true, schema: fields.properties[name] ?? { type: 'string' } })),
      ...(inQuery ? rest.map(([name, schema]) => ({ name, in: 'query', required: fields.required.includes(name), schema })) : []),
    ],
    ...(inQuery || rest.length === 0
      ? uploadBody(endpoint)
      : requestBody(
          endpoint.body === 'form' ? 'application/x-www-form-urlencoded' : 'application/json',
          Object.fromEntries(rest),
          fields.required.filter((name) => !inPath.includes(name)),
        )),
    responses: {
      [endpoint.status]: { description: 'The answer', ...answerContent(endpoint) },
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function requestBody(mediaType: string, properties: Json, required: readonly string[]): Json {
  return {
    requestBody: {
      required: required.length > 0,
      content: { [mediaType]: { schema: { type: 'object', properties, ...(required.length > 0 ? { required } : {}) } } },
    },
  };
}

function uploadBody(endpoint: Endpoint): Json {
  if (endpoint.kind === 'relay') return { requestBody: { required: true, content: { 'application/json': { schema: {} } } } };
  return endpoint.kind === 'upload'
    ? { requestBody: { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } } }
    : {};
}

function answerContent(endpoint: Endpoint): Json {
  if (endpoint.status === 204) return {};
  if (endpoint.kind === 'redirect') return { headers: { location: { schema: { type: 'string' } } } };
  if (endpoint.kind === 'events') return { content: { 'text/event-stream': { schema: { type: 'string' } } } };
  if (endpoint.kind === 'relay') return { content: { 'application/json': { schema: {} } } };
  if (endpoint.kind === 'file') return { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  return { content: { 'application/json': { schema: jsonSchema(endpoint.output, 'output') } } };
}

function inputFields(endpoint: Endpoint): { properties: Record<string, unknown>; required: string[] } {
  const schema = jsonSchema(endpoint.input, 'input');
  const properties = typeof schema['properties'] === 'object' && schema['properties'] !== null ? { ...schema['properties'] } : {};
  const required = Array.isArray(schema['required']) ? schema['required'].filter((name) => typeof name === 'string') : [];
  return { properties, required };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    cycles: 'ref',
    reused: 'inline',
  });
  return rest;
}
