/** From the zod schemas that validate and describe to the schemas of OpenAPI 3.1, which are JSON Schema 2020-12. */
import * as z from 'zod'
import type { Route } from './route.ts'

/** The keywords that are looked at; others are passed on. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly description?: string
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly [keyword: string]: unknown
}

/** The schemas of a table of routes, in its order, and the named ones that they refer to. */
export interface RouteSchemas {
  readonly body: ReadonlyMap<Route, JsonSchema>
  readonly output: ReadonlyMap<Route, JsonSchema>
  readonly query: ReadonlyMap<Route, Readonly<Record<string, JsonSchema>>>
  readonly components: Readonly<Record<string, JsonSchema>>
}

interface Converted {
  readonly schemas: readonly JsonSchema[]
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** What a schema says beyond what a reader needs to know. */
function simplify({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  // An answer may get more members; that it has none today is for tests.
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
}

function converted(schemas: readonly z.ZodType[], io: 'input' | 'output'): Converted {
  const all = z.object(Object.fromEntries(schemas.map((schema, at) => [`s${at}`, schema])))
  const { properties = {}, $defs = {} } = z.toJSONSchema(all, { io, override: simplify })
  const pointed = JSON.parse(
    JSON.stringify([properties, $defs]).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as readonly [Record<string, JsonSchema>, Record<string, JsonSchema & { id?: unknown }>]
  return {
    schemas: schemas.map((_, at) => pointed[0][`s${at}`] ?? {}),
    components: Object.fromEntries(
      Object.entries(pointed[1]).map(([name, { id: _, ...schema }]) => [name, schema]),
    ),
  }
}

/** Converts everything in two goes, so that what is named is converted once. */
export function schemasOf(routes: readonly Route[]): RouteSchemas {
  const bodies = routes.filter(({ body }) => body !== null)
  const outputs = routes.filter(({ output }) => output !== null)
  const queried = routes.filter(({ query }) => Object.keys(query).length > 0)
  const input = converted(
    [...bodies.map(({ body }) => body!), ...queried.map(({ query }) => z.object(query))],
    'input',
  )
  const output = converted(
    outputs.map((route) => route.output!),
    'output',
  )
  const zipped = (of: readonly Route[], { schemas }: Converted, from = 0) =>
    new Map(of.map((route, at) => [route, schemas[from + at] ?? {}] as const))
  const queries = [...zipped(queried, input, bodies.length)].map(
    ([route, schema]) => [route, schema.properties ?? {}] as const,
  )
  return {
    body: zipped(bodies, input),
    output: zipped(outputs, output),
    query: new Map(queries),
    components: { ...input.components, ...output.components },
  }
}
