/**
 * OpenAPI 3.1 of the management API, made of the table of routes: what validates a body describes it, and what is said
 * of an answer is what tests hold every answer to.
 */
import { orgScopes } from '../issuer/org-scopes.ts'
import { errorSummaries } from '../protocol/api-errors.ts'
import { schemasOf, type JsonSchema, type RouteSchemas } from './openapi-schemas.ts'
import { operationId, resourceOf } from './operation-names.ts'
import type { Route } from './route.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

interface Content {
  readonly 'application/json': { readonly schema: JsonSchema }
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content } | JsonSchema>>
}

/** Operations by path, then by method in lower case. */
export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

const json = (schema: JsonSchema): Content => ({ 'application/json': { schema } })
const refTo = (kind: string, name: string): JsonSchema => ({ $ref: `#/components/${kind}/${name}` })

/** What stands in every answer of the management API. */
const HEADERS = {
  'X-Okta-Request-Id': 'Names the request; the system log has it too.',
  'X-Rate-Limit-Limit': 'Calls that are let through in a minute.',
  'X-Rate-Limit-Remaining': 'How many of them are left.',
  'X-Rate-Limit-Reset': 'When the next minute begins, in seconds since 1970.',
} as const

const headersOf = (names: readonly string[]): JsonSchema =>
  Object.fromEntries(names.map((name) => [name, refTo('headers', name)]))

/** Refusals that any operation can answer with; the others depend on what it takes. */
const ALWAYS = [401, 403, 429, 503]

const refusalsOf = ({ path, body, query }: Route): readonly number[] => [
  ...(body !== null || Object.keys(query).length > 0 ? [400] : []),
  ...(path.includes(':') ? [404] : []),
  ...ALWAYS,
]

function success(route: Route, { output }: RouteSchemas): JsonSchema {
  const schema = output.get(route)
  const isList = schema?.['type'] === 'array'
  return {
    description: route.status === 201 ? 'Created' : route.status === 204 ? 'Done' : 'OK',
    headers: headersOf([...Object.keys(HEADERS), ...(isList ? ['Link'] : [])]),
    ...(schema !== undefined && { content: json(schema) }),
  }
}

function parametersOf(route: Route, { query }: RouteSchemas): readonly Parameter[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]): Parameter => ({
    name: name!,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query.get(route) ?? {}).map(
    ([name, { description, ...schema }]): Parameter => ({
      name,
      in: 'query',
      required: false,
      ...(typeof description === 'string' && { description }),
      schema,
    }),
  )
  return [...inPath, ...inQuery]
}

/** Whose authority it takes, beyond the scope. */
function authorityOf({ scope, permission, superAdminOnly }: Route): string | undefined {
  if (superAdminOnly) return 'Only a SUPER_ADMIN may call it.'
  return permission === scope ? undefined : `A role must hold the permission \`${permission}\`.`
}

function operationOf(route: Route, schemas: RouteSchemas): Operation {
  const body = schemas.body.get(route)
  const description = authorityOf(route)
  return {
    operationId: operationId(route, schemas.output.get(route)?.['type'] === 'array'),
    tags: [resourceOf(route)],
    summary: route.summary,
    ...(description !== undefined && { description }),
    security: [{ apiToken: [] }, { oauth2: [route.scope] }],
    parameters: parametersOf(route, schemas),
    ...(body !== undefined && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [route.status]: success(route, schemas),
      ...Object.fromEntries(
        refusalsOf(route).map((status) => [status, refTo('responses', `Error${status}`)]),
      ),
    },
  }
}

/** `/apps/:appId` → `/apps/{appId}`. */
const template = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}')

const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['errorCode', 'errorSummary', 'errorLink', 'errorId', 'errorCauses'],
  properties: {
    errorCode: { type: 'string', description: 'What went wrong; stable.' },
    errorSummary: { type: 'string' },
    errorLink: { type: 'string', description: 'The code again.' },
    errorId: {
      type: 'string',
      description: 'Names this refusal; a fault of ours is logged under it.',
    },
    errorCauses: {
      type: 'array',
      description: 'One for each field that was wrong.',
      items: {
        type: 'object',
        required: ['errorSummary'],
        properties: { errorSummary: { type: 'string' } },
      },
    },
  },
}

function errorResponses(): JsonSchema {
  const byStatus = new Map<number, string[]>()
  for (const [code, { status, summary }] of errorSummaries) {
    const line = `\`${code}\` ${summary}`
    byStatus.set(status, [...(byStatus.get(status) ?? []), line])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      `Error${status}`,
      {
        description: lines.join('\n\n'),
        headers: headersOf(Object.keys(HEADERS)),
        content: json(refTo('schemas', 'Error')),
      },
    ]),
  )
}

const securitySchemes = (origin: string): JsonSchema => ({
  apiToken: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'An API token, as `SSWS {token}`. It acts with the roles of whoever made it.',
  },
  oauth2: {
    type: 'oauth2',
    description: 'An access token of the org authorization server; scope and role must both allow.',
    flows: {
      clientCredentials: {
        tokenUrl: `${origin}/oauth2/v1/token`,
        scopes: Object.fromEntries(orgScopes.map(({ name, description }) => [name, description])),
      },
    },
  },
})

const headerComponents: JsonSchema = {
  ...Object.fromEntries(
    Object.entries(HEADERS).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  ),
  Link: {
    description: '`rel="self"`, and `rel="next"` as long as there is more (RFC 8288).',
    schema: { type: 'string' },
  },
}

export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: JsonSchema
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Paths
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> } & JsonSchema
}

const byName = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)

export function openApiDocument(routes: readonly Route[], origin: string): OpenApiDocument {
  const schemas = schemasOf(routes)
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const path = (paths[template(route.path)] ??= {})
    path[route.method.toLowerCase()] = operationOf(route, schemas)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Edgemint management API',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    tags: [...new Set(routes.map(resourceOf))].toSorted(byName).map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...schemas.components, Error: ERROR_SCHEMA },
      responses: errorResponses(),
      headers: headerComponents,
      securitySchemes: securitySchemes(origin),
    },
  }
}
