/** JSON Schemas as people read them: a line for each member, its type in words, what it may hold. */
import type { JsonSchema } from '../management/openapi-schemas.ts'
import { Prose } from './parts.tsx'

const REF = /^#\/components\/schemas\/(\w+)$/

/** The name of the component that a schema points to. */
const refOf = ({ $ref = '' }: JsonSchema): string | undefined => REF.exec($ref)?.[1]

export const schemaAnchor = (name: string): string => `schema-${name}`

const isNull = ({ type }: JsonSchema): boolean => type === 'null'

/** A choice between something and null is that something. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const choices = (schema.anyOf ?? []).filter((one) => !isNull(one))
  return choices.length === 1 ? { ...schema, ...choices[0] } : schema
}

/** The type in words; a named schema is a link to it. */
export function Type({ schema }: { readonly schema: JsonSchema }) {
  const name = refOf(schema)
  if (name !== undefined) return <a href={`#${schemaAnchor(name)}`}>{name}</a>
  const choices = schema.anyOf ?? []
  if (choices.length > 0)
    return (
      <>
        {choices.map((choice, at) => (
          <>
            {at === 0 ? '' : ' or '}
            <Type schema={choice} />
          </>
        ))}
      </>
    )
  const { type, items = {}, format } = schema
  if (type === 'array')
    return (
      <>
        array of <Type schema={items} />
      </>
    )
  const words = type === undefined ? 'any' : [type].flat().join(' or ')
  return <>{format === undefined ? words : `${words} (${format})`}</>
}

const BOUNDS = [
  ['minLength', 'maxLength', ' characters'],
  ['minItems', 'maxItems', ' items'],
  ['minimum', 'maximum', ''],
] as const

const boundsOf = (schema: JsonSchema): readonly string[] =>
  BOUNDS.flatMap(([least, most, unit]) => {
    const [from, to] = [schema[least] as number | undefined, schema[most] as number | undefined]
    if (from !== undefined && from === to) return [`exactly ${from}${unit}`]
    if (from !== undefined && to !== undefined) return [`${from} to ${to}${unit}`]
    if (from !== undefined) return [`at least ${from}${unit}`]
    return to === undefined ? [] : [`at most ${to}${unit}`]
  })

/** What a value may be, beyond its type. */
function notesOn(schema: JsonSchema): readonly string[] {
  const own = withoutNull(schema)
  const values = own.enum ?? own.items?.enum ?? []
  const listed = values.filter((value) => value !== null).map((value) => `\`${value}\``)
  return [
    ...(own.description === undefined ? [] : [own.description.replace(/\.$/, '')]),
    ...(listed.length > 0 ? [listed.join(', ')] : []),
    ...('const' in own ? [`\`${JSON.stringify(own['const'])}\``] : []),
    ...boundsOf(own),
    ...('default' in own ? [`default \`${JSON.stringify(own['default'])}\``] : []),
  ]
}

interface Row {
  readonly name: string
  readonly schema: JsonSchema
  readonly required: boolean
}

/** The members of an object, those of objects inside it after it: `credentials.signing.kid`, `keys[].kid`. */
function rowsOf(schema: JsonSchema, prefix = ''): readonly Row[] {
  const own = withoutNull(schema)
  if (own.items !== undefined) return rowsOf(own.items, `${prefix}[]`)
  const { properties = {}, required = [] } = own
  return Object.entries(properties).flatMap(([member, inner]) => {
    const name = prefix === '' ? member : `${prefix}.${member}`
    const row = { name, schema: inner, required: required.includes(member) }
    return [row, ...rowsOf(inner, name)]
  })
}

/** Long names break after their dots. */
const MemberName = ({ name }: { readonly name: string }) => (
  <code>
    {name.split('.').map((part, at) => (
      <>
        {at === 0 ? '' : '.'}
        {at === 0 ? '' : <wbr />}
        {part}
      </>
    ))}
  </code>
)

/** A table of members, or of parameters. */
export const Rows = ({ rows, of }: { readonly rows: readonly Row[]; readonly of: string }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">{of}</th>
        <th scope="col">Type</th>
        <th scope="col">What it may be</th>
      </tr>
    </thead>
    <tbody>
      {rows.map(({ name, schema, required }) => (
        <tr>
          <td>
            <MemberName name={name} /> {required && <span class="must">required</span>}
          </td>
          <td>
            <Type schema={schema} />
          </td>
          <td>
            <Prose text={notesOn(schema).join('; ')} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** All members of a named schema. In answers `required` means that the member is always there. */
export function SchemaMembers({ schema }: { readonly schema: JsonSchema }) {
  const rows = rowsOf(schema)
  if (rows.length > 0) return <Rows rows={rows} of="Member" />
  return (
    <p class="sub">
      <Type schema={schema} /> <Prose text={notesOn(schema).join('; ')} />
    </p>
  )
}

/** The members at the top of a schema in one line; the rest is where the schema is described. */
export function MemberNames({
  schema,
  components,
}: {
  readonly schema: JsonSchema
  readonly components: Readonly<Record<string, JsonSchema>>
}) {
  const item = schema.items ?? schema
  const { properties = {}, required = [] } = components[refOf(item) ?? ''] ?? item
  const names = Object.keys(properties)
  return (
    <p class="sub">
      <Type schema={schema} />
      {names.length > 0 && ': '}
      {names.map((name, at) => (
        <>
          {at === 0 ? '' : ' '}
          <code>{name}</code>
          {required.includes(name) ? '' : '?'}
        </>
      ))}
    </p>
  )
}
