/**
 * A management route is one value: it mounts, authorizes, validates, answers and describes itself. The scope it needs
 * is part of it, and a test enumerates all of them.
 */
import type * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { notFound } from '../protocol/api-errors.ts'
import type { ManagementContext } from './context.ts'
import type { Listed } from './page.ts'

export type Params = Readonly<Record<string, string>>

export type QueryParameters = Readonly<Record<string, z.ZodType>>

export interface RouteInput<Body> {
  readonly params: Params
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly body: Body
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with `:name` parameters. */
  readonly path: string
  readonly summary: string
  /** The okta.* scope that the caller's token must cover. */
  readonly scope: string
  /** What one of the caller's roles must cover: the scope, or a part of it such as `okta.users.credentials.manage`. */
  readonly permission: string
  /** Only a SUPER_ADMIN may call it, whatever the scope. */
  readonly superAdminOnly: boolean
  /** The query parameters that it knows, as they are described; others are ignored. */
  readonly query: QueryParameters
  /** Null: the body is not read. */
  readonly body: z.ZodType | null
  /** What error summaries call the body. */
  readonly subject: string
  /** What a success answers; lists are arrays. Null: nothing. */
  readonly output: z.ZodType | null
  /** The status of success; 204 carries no body. */
  readonly status: 200 | 201 | 204
  readonly handle: (input: RouteInput<never>, context: ManagementContext) => Promise<unknown>
}

interface RouteDeclaration<Schema extends z.ZodType | null> {
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly scope: string
  readonly permission?: string
  readonly superAdminOnly?: boolean
  readonly query?: QueryParameters
  readonly body?: Schema
  readonly subject?: string
  readonly output?: z.ZodType
  readonly status?: Route['status']
  readonly handle: (
    input: RouteInput<Schema extends z.ZodType ? z.output<Schema> : undefined>,
    context: ManagementContext,
  ) => Promise<unknown>
}

/** Declares a route; its handler's body has the type that the schema gives it. */
export const route = <Schema extends z.ZodType | null = null>(
  declared: RouteDeclaration<Schema>,
): Route => ({
  superAdminOnly: false,
  query: {},
  subject: 'body',
  status: 200,
  permission: declared.scope,
  ...declared,
  body: declared.body ?? null,
  output: declared.output ?? null,
  handle: declared.handle,
})

/** A list answer, told apart from a single resource by its type. */
export class ListAnswer {
  readonly listed: Listed

  constructor(listed: Listed) {
    this.listed = listed
  }
}

/** A single resource with headers of its own, such as an ETag. */
export class ResourceAnswer {
  readonly resource: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(resource: unknown, headers: Readonly<Record<string, string>>) {
    this.resource = resource
    this.headers = headers
  }
}

/** An id from the path. Ids are opaque; one that is absurdly long cannot exist. */
export function idParam(params: Params, name: string, type: string): string {
  const id = params[name] ?? ''
  if (id === '' || id.length > limits.nameCharactersMax) throw notFound(id, type)
  return id
}
