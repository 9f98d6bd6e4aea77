/** The page of the management API for people: the OpenAPI document rendered once, without script or another host. */
import type { JsonSchema } from '../management/openapi-schemas.ts'
import type { OpenApiDocument, Operation } from '../management/openapi.ts'
import { errorSummaries } from '../protocol/api-errors.ts'
import { anchorOf, Facts, pageText, Prose, type NavigationEntry } from './parts.tsx'
import { MemberNames, Rows, schemaAnchor, SchemaMembers } from './schema.tsx'

interface Call {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

interface Resource {
  readonly name: string
  readonly calls: readonly Call[]
}

function resourcesOf({ tags, paths }: OpenApiDocument): readonly Resource[] {
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Call => ({ method, path, operation })),
  )
  return tags.map(({ name }) => ({
    name,
    calls: calls.filter(({ operation }) => operation.tags[0] === name),
  }))
}

const contentOf = (part: unknown): JsonSchema | undefined =>
  (part as { content?: Record<string, { schema: JsonSchema }> } | undefined)?.content?.[
    'application/json'
  ]?.schema

/** A resource below one that is listed is named by what it adds, further in. */
function entryOf(name: string, names: readonly string[]): NavigationEntry {
  const parts = name.split(' · ')
  const isListed = (count: number): boolean => names.includes(parts.slice(0, count).join(' · '))
  const depth = ([2, 1] as const).find((count) => count < parts.length && isListed(count)) ?? 0
  const level = ([1, 2, 3] as const)[depth]
  return { name: parts.slice(depth).join(' · '), anchor: anchorOf(name), level }
}

const scopeOf = ({ security }: Operation): string =>
  security.flatMap((one) => Object.values(one).flat()).join(' ')

function OperationArticle({
  call: { method, path, operation },
  components,
}: {
  readonly call: Call
  readonly components: Readonly<Record<string, JsonSchema>>
}) {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  const body = contentOf(requestBody)
  const [status, success] = Object.entries(responses).find(([code]) => code < '300') ?? ['', {}]
  const answer = contentOf(success)
  const rows = parameters
    .filter((one) => one.in === 'query')
    .map(({ name, description: what, schema }) => ({
      name,
      required: false,
      schema: what === undefined ? schema : { ...schema, description: what },
    }))
  return (
    <article id={operationId} aria-labelledby={`${operationId}-h`}>
      <h3 id={`${operationId}-h`}>
        <a class="self" href={`#${operationId}`}>
          {summary}
        </a>
      </h3>
      <p class="call">
        <span class={`m ${method}`}>{method.toUpperCase()}</span>
        <code>{path}</code>
      </p>
      <p class="sub">
        Scope <code class="v">{scopeOf(operation)}</code>
        {description !== undefined && ' · '}
        {description !== undefined && <Prose text={description} />}
      </p>
      {rows.length > 0 && <h4>Query parameters</h4>}
      {rows.length > 0 && <Rows rows={rows} of="Parameter" />}
      {body !== undefined && <h4>Body</h4>}
      {body !== undefined && <MemberNames schema={body} components={components} />}
      <h4>Answer {status}</h4>
      {answer === undefined ? (
        <p class="sub">No body.</p>
      ) : (
        <MemberNames schema={answer} components={components} />
      )}
    </article>
  )
}

const FACTS: readonly (readonly [title: string, text: string])[] = [
  [
    'Authorization',
    '`SSWS {token}` with an API token, or `Bearer {token}` with an access token of the org authorization server. The scope and a role of the caller must both allow the call.',
  ],
  [
    'Lists',
    'A bare array. `Link` headers lead to the next page; without `rel="next"` there is none. `limit` says how many a page holds.',
  ],
  [
    'Refusals',
    'An error has a stable `errorCode` and one cause for each field that was wrong. 503 is a fault of ours: repeat the call after `Retry-After`.',
  ],
]

function Introduction({ origin }: { readonly origin: string }) {
  return (
    <header>
      <h1>Management API</h1>
      <p class="lead">
        Everything at <code>{origin}</code> that can be configured. The same in a form for machines:{' '}
        <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.
      </p>
      <Facts facts={FACTS} />
    </header>
  )
}

const Errors = () => (
  <section aria-labelledby="errors">
    <h2 id="errors">Errors</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col">Status</th>
          <th scope="col">Summary</th>
        </tr>
      </thead>
      <tbody>
        {errorSummaries
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([code, { status, summary }]) => (
            <tr>
              <td>
                <code>{code}</code>
              </td>
              <td>{status}</td>
              <td>{summary.replace('{0}', '…')}</td>
            </tr>
          ))}
      </tbody>
    </table>
  </section>
)

const Schemas = ({ components }: { readonly components: Readonly<Record<string, JsonSchema>> }) => (
  <section aria-labelledby="schemas">
    <h2 id="schemas">Schemas</h2>
    <p class="lead">
      In a body, required members must be sent; in an answer they are always there.
    </p>
    {Object.keys(components)
      .toSorted()
      .map((name) => (
        <article id={schemaAnchor(name)} aria-labelledby={`${schemaAnchor(name)}-h`}>
          <h3 id={`${schemaAnchor(name)}-h`}>{name}</h3>
          <SchemaMembers schema={components[name]!} />
        </article>
      ))}
  </section>
)

/** The whole page as text. */
export function apiPage(document: OpenApiDocument): Promise<string> {
  const resources = resourcesOf(document)
  const components = document.components.schemas
  const names = [...resources.map(({ name }) => name), 'Errors', 'Schemas']
  return pageText({
    path: '/docs/api',
    title: 'Edgemint management API',
    skip: 'Skip to the operations',
    label: 'Resources',
    entries: names.map((name) => entryOf(name, names)),
    main: (
      <>
        <Introduction origin={document.servers[0]!.url} />
        {resources.map(({ name, calls }) => (
          <section aria-labelledby={anchorOf(name)}>
            <h2 id={anchorOf(name)}>{name}</h2>
            {calls.map((call) => (
              <OperationArticle call={call} components={components} />
            ))}
          </section>
        ))}
        <Errors />
        <Schemas components={components} />
      </>
    ),
  })
}
