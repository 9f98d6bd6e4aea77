/** How the scopes are called that tokens hold, read at once for a page of tokens. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { RefreshToken, Parties } from '../domain/refresh-token.ts'
import { orgScopes } from '../issuer/org-scopes.ts'
import { readBatch } from '../store/database.ts'
import { scopesFromRows, selectScopesNamed, type ScopeRow } from '../store/scopes.ts'
import { serverHref } from './server-resource.ts'

type Holding = Pick<RefreshToken, 'serverId' | 'scopes'> & Pick<Parties, 'server'>

/** The scopes of a token as objects. */
export type HeldScopes = (token: Holding) => readonly Record<string, unknown>[]

const orgDescriptions = new Map(orgScopes.map(({ name, description }) => [name, description]))

/** A scope of the org server goes by its name, and so does one that is gone. */
export const orgScope = (
  name: string,
): { readonly id: string; readonly name: string; readonly description?: string } => {
  const description = orgDescriptions.get(name)
  return { id: name, name, ...(description !== undefined && { description }) }
}

export async function heldScopes(
  db: D1Database,
  origin: string,
  tokens: readonly Holding[],
): Promise<HeldScopes> {
  const names = new Map<string, Set<string>>()
  for (const { serverId, scopes } of tokens) {
    if (serverId === ORG_SERVER_ID) continue
    names.set(serverId, new Set([...(names.get(serverId) ?? []), ...scopes]))
  }
  const wanted = [...names]
  const statements = wanted.map(([serverId, those]) => selectScopesNamed(db, serverId, [...those]))
  const results = statements.length === 0 ? [] : await readBatch(db, statements)
  const known = new Map(
    wanted.map(([serverId], at) => {
      const scopes = scopesFromRows(serverId, (results[at]?.results ?? []) as ScopeRow[])
      return [serverId, new Map(scopes.map((scope) => [scope.name, scope]))] as const
    }),
  )
  return ({ serverId, scopes, server }) =>
    scopes.map((name) => {
      const scope = known.get(serverId)?.get(name)
      // One that was deleted since is known by its name alone.
      if (scope === undefined || server === null) return { ...orgScope(name), _links: {} }
      const { id, displayName, description } = scope
      const href = `${serverHref(origin, server)}/scopes/${id}`
      return {
        id,
        name,
        ...(displayName !== null && { displayName }),
        ...(description !== null && { description }),
        _links: { scope: { href, title: displayName ?? name } },
      }
    })
}
