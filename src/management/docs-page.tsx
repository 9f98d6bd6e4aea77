/** The page of the management API for people: the OpenAPI document rendered once, without script or another host. */
import { html } from 'hono/html'
import { errorSummaries } from '../protocol/api-errors.ts'
import { MemberNames, Prose, Rows, schemaAnchor, SchemaMembers } from './docs-schema.tsx'
import { DOCS_STYLE } from './docs-style.ts'
import type { JsonSchema } from './openapi-schemas.ts'
import type { OpenApiDocument, Operation } from './openapi.ts'

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

const anchorOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const contentOf = (part: unknown): JsonSchema | undefined =>
  (part as { content?: Record<string, { schema: JsonSchema }> } | undefined)?.content?.[
    'application/json'
  ]?.schema

/** A resource below one that is listed is named by what it adds, further in. */
function Entry({ name, names }: { readonly name: string; readonly names: readonly string[] }) {
  const parts = name.split(' · ')
  const above = (count: number): string => parts.slice(0, count).join(' · ')
  const depth = [2, 1, 0].find((count) => count < parts.length && names.includes(above(count))) ?? 0
  return (
    <li>
      <a class={`l${depth + 1}`} href={`#${anchorOf(name)}`}>
        {parts.slice(depth).join(' · ')}
      </a>
    </li>
  )
}

function Navigation({ names }: { readonly names: readonly string[] }) {
  return (
    <nav aria-label="Resources">
      <details open>
        <summary>Resources</summary>
        <ul>
          {[...names, 'Errors', 'Schemas'].map((name) => (
            <Entry name={name} names={names} />
          ))}
        </ul>
      </details>
    </nav>
  )
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
      <dl class="facts">
        {FACTS.map(([title, text]) => (
          <div>
            <dt>{title}</dt>
            <dd>
              <Prose text={text} />
            </dd>
          </div>
        ))}
      </dl>
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
export async function docsPage(document: OpenApiDocument): Promise<string> {
  const resources = resourcesOf(document)
  const components = document.components.schemas
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Edgemint management API</title>
        <style dangerouslySetInnerHTML={{ __html: DOCS_STYLE }} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the operations
        </a>
        <div class="shell">
          <Navigation names={resources.map(({ name }) => name)} />
          <main id="main">
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
          </main>
        </div>
      </body>
    </html>
  )
  return (await html`<!doctype html>${page}`).toString()
}
