/** Pages of authorization servers: by id, or of those that begin with `q`, whose place only we understand. */
import { base64url, base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import { ApiError } from '../protocol/api-errors.ts'
import type { StoredServer } from '../store/authorization-servers.ts'
import {
  isServerPosition,
  listServers,
  searchServers,
  type ServerPosition,
} from '../store/server-lists.ts'
import { paged, readPage, type Listed } from './page.ts'

/** A page as the query asks for it, without a server and those associated with it when `notWithId` names one. */
export async function pageOfServers(
  db: D1Database,
  query: URLSearchParams,
  notWithId: string | null,
  present: (server: StoredServer) => unknown,
): Promise<Listed> {
  const page = readPage(query)
  if (page.query === null) {
    const rows = await listServers(db, { ...page, limit: page.limit + 1 }, notWithId)
    return paged(rows, page, present)
  }
  const after = page.after === '' ? null : positionOf(page.after, page.query)
  const found = await searchServers(db, page.query, { limit: page.limit, after }, notWithId)
  return {
    items: found.servers.map(present),
    next: found.next === null ? null : base64url(utf8(JSON.stringify(found.next))),
  }
}

/** Throws E0000054 for a cursor that is none of ours. */
function positionOf(cursor: string, query: string): ServerPosition {
  const bytes = base64urlDecode(cursor)
  const text = bytes === null ? null : utf8Decode(bytes)
  const position = text === null ? undefined : parseJson(text)
  if (!isServerPosition(position, query)) throw new ApiError('E0000054')
  return position
}
