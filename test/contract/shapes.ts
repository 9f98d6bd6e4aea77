/**
 * Okta's published shapes as validators. A shape is taken at its word: a member that it does not declare is a deviation
 * as much as one of the wrong type.
 */
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../json.ts'
import type { Facts, Schema } from './facts.ts'

export const facts = JSON.parse(
  readFileSync(join(import.meta.dirname, 'okta-operations.json'), 'utf8'),
) as Facts

const COMBINED = ['allOf', 'oneOf', 'anyOf'] as const

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : facts.schemas[schema.$ref]!

/** The subtypes that a discriminator knows, by what its member says. */
const subtypesOf = ({ discriminator }: Schema): readonly (readonly [string, Schema])[] =>
  discriminator === undefined ? [] : Object.entries(discriminator.mapping)

/** The schema where a value stands: with a discriminator, that of the subtype which the value names. */
function placed(schema: Schema): Json {
  const { discriminator } = resolved(schema)
  if (discriminator === undefined) return written(schema)
  const { propertyName, mapping } = discriminator
  return {
    required: [propertyName],
    properties: { [propertyName]: { enum: Object.keys(mapping) } },
    allOf: Object.entries(mapping).map(([value, subtype]) => ({
      anyOf: [{ properties: { [propertyName]: { not: { const: value } } } }, written(subtype)],
    })),
  }
}

const eachPlaced = (schemas: Readonly<Record<string, Schema>>): Json =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, placed(schema)]))

/** OpenAPI 3.0 as JSON Schema: `nullable` becomes a type. */
function written(schema: Schema): Json {
  const { $ref, nullable, properties, items, discriminator: _, ...rest } = schema
  if ($ref !== undefined) return { $ref: `okta#/$defs/${$ref}` }
  const { readOnly: __, writeOnly: ___, ...kept } = rest as Json
  for (const keyword of COMBINED)
    if (schema[keyword] !== undefined) kept[keyword] = schema[keyword].map(written)
  if (properties !== undefined) kept['properties'] = eachPlaced(properties)
  if (items !== undefined) kept['items'] = placed(items)
  if (typeof schema.additionalProperties === 'object')
    kept['additionalProperties'] = placed(schema.additionalProperties)
  if (nullable === true) {
    if (schema.type !== undefined) kept['type'] = [schema.type, 'null']
    if (schema.enum !== undefined) kept['enum'] = [...schema.enum, null]
  }
  return kept
}

const ajv = addFormats.default(new Ajv({ allErrors: true, strict: false }))
ajv.addSchema({
  $id: 'okta',
  $defs: Object.fromEntries(
    Object.entries(facts.schemas).map(([name, schema]) => [name, written(schema)]),
  ),
})

/** What the value at a place is made of: the schema with everything that it is combined from. */
function partsOf(schema: Schema, seen: ReadonlySet<string> = new Set()): readonly Schema[] {
  if (schema.$ref !== undefined && seen.has(schema.$ref)) return []
  const known = schema.$ref === undefined ? seen : new Set([...seen, schema.$ref])
  const own = resolved(schema)
  const others = [
    ...COMBINED.flatMap((keyword) => own[keyword] ?? []),
    ...subtypesOf(own).map(([, subtype]) => subtype),
  ]
  return [own, ...others.flatMap((one) => partsOf(one, known))]
}

/** Members that none of the parts declares. A schema that says nothing about its members allows all. */
function undeclared(schema: Schema, value: unknown, place: string): readonly string[] {
  const parts = partsOf(schema)
  if (Array.isArray(value)) {
    const items = parts.find((part) => part.items !== undefined)?.items
    return items === undefined ? [] : value.flatMap((one) => undeclared(items, one, `${place}/*`))
  }
  const isOpen = parts.every((part) => part.properties === undefined)
  if (typeof value !== 'object' || value === null || isOpen) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${place}/${name}`
    const declared = parts.find((part) => Object.hasOwn(part.properties ?? {}, name))
    if (declared !== undefined) return undeclared(declared.properties![name]!, member, at)
    const others = parts.map((part) => part.additionalProperties).find(Boolean)
    if (others === undefined) return [`${at}: is not declared`]
    return typeof others === 'object' ? undeclared(others, member, at) : []
  })
}

/**
 * The places where a value is not what a schema says, and what is wrong there; array indexes are written `*`. That a choice
 * failed is told by what failed in it.
 */
export function deviationsOf(schema: Schema, value: unknown): readonly string[] {
  const validate = ajv.compile(placed(schema))
  validate(value)
  const errors: readonly ErrorObject[] = validate.errors ?? []
  const wrong = errors
    .filter(({ keyword }) => keyword !== 'not' && keyword !== 'anyOf')
    .map(({ instancePath, keyword, params }) => {
      const place = instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/*')
      return keyword === 'required'
        ? `${place}/${params['missingProperty']}: is missing`
        : `${place}: ${keyword}`
    })
  return [...new Set([...wrong, ...undeclared(schema, value, '')])]
}
