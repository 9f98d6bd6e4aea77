/**
 * Makes okta-operations.json from Okta's published OpenAPI document (Apache-2.0): the operations that this product has
 * or will have, as facts only. Paths, statuses, names, types and bounds stay; no sentence, title or example does.
 *
 *     node test/contract/derive.ts <path of the OpenAPI document in YAML>
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { parse } from 'yaml'
import type { Json } from '../json.ts'
import type { Facts, Operation, Schema } from './facts.ts'

/** What is not taken over, and why. A path that no line of either table covers stops the script. */
const LEFT_OUT: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^\/oauth2\/v1\/clients(\/|$)/, 'dynamic client registration is not served yet'],
  [/^\/oauth2\/|^\/\.well-known\/openid/, 'protocol endpoints have tests of their own'],
]
const KEPT =
  /^\/(\.well-known\/okta-organization|api\/v1\/(api-tokens|apps|authorizationServers|groups|inlineHooks|logs|org|sessions|trustedOrigins|users))(\/|$)/

/** Of a discriminator with many values, the one that this product has: apps are OpenID Connect apps. */
const SERVED: Readonly<Record<string, string>> = { signOnMode: 'OPENID_CONNECT' }

const SUCCESS = /^2\d\d$/
const SCALARS =
  'type enum required nullable readOnly writeOnly pattern uniqueItems minimum maximum minLength maxLength minItems maxItems'.split(
    ' ',
  )

const document = parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Json
const reached = new Set<string>()

const componentOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

function reference(ref: string): Schema {
  const name = componentOf(ref)
  reached.add(name)
  return { $ref: name }
}

const mapped = (schemas: Json): Record<string, Schema> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, facts(schema)]))

function discriminator({ propertyName, mapping }: Json): Schema['discriminator'] {
  const served = SERVED[propertyName]
  const entries = Object.entries(mapping as Record<string, string>)
    .filter(([value]) => served === undefined || value === served)
    .map(([value, ref]) => [value, reference(ref)] as const)
  return { propertyName, mapping: Object.fromEntries(entries) }
}

/** A schema without its prose. */
function facts(schema: Json): Schema {
  if (typeof schema['$ref'] === 'string') return reference(schema['$ref'])
  const kept: Json = {}
  for (const keyword of SCALARS) if (keyword in schema) kept[keyword] = schema[keyword]
  // Some formats of the document are sentences.
  if (/^[a-z0-9-]+$/.test(schema['format'] ?? '')) kept['format'] = schema['format']
  for (const keyword of ['allOf', 'oneOf', 'anyOf'] as const)
    if (keyword in schema) kept[keyword] = schema[keyword].map(facts)
  if ('items' in schema) kept['items'] = facts(schema['items'])
  if ('not' in schema) kept['not'] = facts(schema['not'])
  if ('properties' in schema) kept['properties'] = mapped(schema['properties'])
  const others = schema['additionalProperties']
  if (others !== undefined)
    kept['additionalProperties'] = typeof others === 'object' ? facts(others) : others
  if ('discriminator' in schema) kept['discriminator'] = discriminator(schema['discriminator'])
  return kept as Schema
}

const resolved = (part: Json, kind: string): Json =>
  typeof part['$ref'] === 'string' ? document['components'][kind][componentOf(part['$ref'])] : part

/** The schema of a JSON body; null when there is none. */
function bodyOf(part: Json): Schema | null {
  const json = Object.entries((part['content'] ?? {}) as Json).find(([type]) => /json/.test(type))
  return json === undefined ? null : facts(json[1]['schema'] ?? {})
}

function operation(method: string, path: string, shared: Json[], declared: Json): Operation {
  const parameters = [...shared, ...(declared['parameters'] ?? [])]
    .map((one: Json) => resolved(one, 'parameters'))
    .filter((one) => one['in'] === 'query')
  const body = declared['requestBody']
  const oauth = (declared['security'] ?? []).find((one: Json) => 'oauth2' in one)
  return {
    method: method.toUpperCase(),
    path,
    scopes: oauth?.['oauth2'] ?? [],
    query: [...new Set(parameters.map(({ name }) => name as string))],
    request: body === undefined ? null : bodyOf(resolved(body, 'requestBodies')),
    responses: Object.fromEntries(
      Object.entries(declared['responses'] as Json)
        .filter(([status]) => SUCCESS.test(status))
        .map(([status, answer]) => [status, bodyOf(resolved(answer, 'responses'))]),
    ),
  }
}

const operations: Record<string, Operation> = {}
for (const [path, item] of Object.entries(document['paths'] as Record<string, Json>)) {
  if (!KEPT.test(path)) {
    if (!LEFT_OUT.some(([pattern]) => pattern.test(path))) throw new Error(`${path} is in no table`)
    continue
  }
  const shared = item['parameters'] ?? []
  for (const [method, declared] of Object.entries(item))
    if ('operationId' in declared)
      operations[declared['operationId']] = operation(method, path, shared, declared)
}

const schemas: Record<string, Schema> = {}
for (const name of reached) schemas[name] = facts(document['components']['schemas'][name])

const result: Facts = {
  source: `Okta management API ${document['info']['version']}, Apache-2.0`,
  operations,
  schemas,
}
const file = join(import.meta.dirname, 'okta-operations.json')
const options = { parser: 'json', printWidth: 100 }
writeFileSync(file, await format(JSON.stringify(result), options))
