/** Refresh token families, consents and the clients that hold them, as lists show them. */
import * as z from 'zod'
import type { AuthorizationServer } from './authorization-server.ts'
import { Link, Timestamp } from './output.ts'

/**
 * What lists show of a refresh token family. Its id is the id of the authorization behind it, which an ending names;
 * whether a family is alive is known to its user's object alone.
 */
export interface RefreshToken {
  readonly id: string
  readonly serverId: string
  readonly clientId: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly created: number
  readonly lastUpdated: number
  readonly expires: number
}

/** A scope that a person consented to, for one client at one server. */
export interface Consent {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly serverId: string
  readonly scope: string
  readonly created: number
  readonly lastUpdated: number
}

/** Whom and what a family or a consent names, as far as lists call them by name. */
export interface Parties {
  readonly app: { readonly id: string; readonly label: string }
  readonly user: { readonly login: string; readonly name: string }
  /** Null: the org server. */
  readonly server: Pick<AuthorizationServer, 'id' | 'kind' | 'name' | 'isDefault'> | null
}

const HeldScope = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string().optional(),
  description: z.string().optional(),
  _links: z.object({ scope: Link.optional() }),
})

export const RefreshTokenOutput = z
  .object({
    id: z.string(),
    status: z.literal('ACTIVE'),
    created: Timestamp,
    lastUpdated: Timestamp,
    expiresAt: Timestamp,
    issuer: z.url(),
    clientId: z.string(),
    userId: z.string(),
    scopes: z.array(z.string()),
    _embedded: z.object({ scopes: z.array(HeldScope) }).optional(),
    _links: z.object({
      app: Link,
      self: Link,
      revoke: Link,
      client: Link,
      user: Link,
      authorizationServer: Link.optional(),
    }),
  })
  .meta({ id: 'OAuth2RefreshToken' })

export const ConsentOutput = z
  .object({
    id: z.string(),
    status: z.literal('ACTIVE'),
    created: Timestamp,
    createdBy: z.object({ id: z.string(), type: z.literal('User') }),
    lastUpdated: Timestamp,
    issuer: z.url(),
    clientId: z.string(),
    userId: z.string(),
    scopeId: z.string(),
    source: z.literal('END_USER'),
    _embedded: z.object({ scope: HeldScope.omit({ _links: true }) }).optional(),
    _links: z.object({
      app: Link,
      self: Link,
      scope: Link.optional(),
      client: Link,
      user: Link,
      authorizationServer: Link.optional(),
    }),
  })
  .meta({ id: 'UserScopeConsentGrant' })

export const HoldingClientOutput = z
  .object({
    client_id: z.string(),
    client_name: z.string(),
    client_uri: z.string().nullable(),
    logo_uri: z.string().nullable(),
    _links: z.object({ grants: Link.optional(), tokens: Link }),
  })
  .meta({ id: 'OAuth2Client' })
