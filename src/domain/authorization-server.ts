/**
 * The authorization server: what has an issuer. One deployment has an org server, a default custom one and any
 * number of custom ones. The org server is not a row: nothing about it can be configured.
 */
import { limits } from '../platform/limits.ts'
import * as z from 'zod'
import { Link, lifecycleLinks, SelfLinks, StatusOutput, Timestamp } from './output.ts'
import {
  ENCRYPTION_ALGORITHMS,
  ResourceServerJwkOutput,
  ResourceServerKeyInput,
  type TokenEncryption,
} from './resource-server-key.ts'

/** Signing algorithms a server may choose; RS256 unless it says otherwise. */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256', 'PS256', 'EdDSA'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

/** How a server's access tokens look: Okta's form, or that form within the profile of RFC 9068. */
export const ACCESS_TOKEN_PROFILES = ['OKTA', 'RFC9068'] as const
export type AccessTokenProfile = (typeof ACCESS_TOKEN_PROFILES)[number]

export type Status = 'ACTIVE' | 'INACTIVE'
export type RotationMode = 'AUTO' | 'MANUAL'
export type IssuerMode = 'ORG_URL' | 'CUSTOM_URL' | 'DYNAMIC'

/**
 * The pre-configured server's id and the org server's name in artefacts and object addresses. They are constants,
 * because a cold request asks D1 and the key ring at the same time and so must know the address before D1 answers.
 */
export const DEFAULT_SERVER_ID = 'ausdefault0000000001'
export const ORG_SERVER_ID = 'org'

export interface AuthorizationServer {
  readonly id: string
  readonly kind: 'org' | 'custom'
  readonly name: string
  readonly description: string | null
  readonly audience: string
  readonly issuerMode: IssuerMode
  readonly status: Status
  readonly isDefault: boolean
  readonly rotationMode: RotationMode
  readonly signingAlgorithm: SigningAlgorithm
  readonly signingKid: string | null
  readonly lastRotated: number | null
  readonly nextRotation: number | null
  readonly accessTokenProfile: AccessTokenProfile
  readonly tokenEncryption: TokenEncryption
  readonly created: number
  readonly lastUpdated: number
}

/** An audience that contains ":" must be a URI; any other is a plain name. */
const Audience = z
  .string()
  .min(1)
  .max(limits.uriCharactersMax)
  .refine((text) => !/[\s\p{Cc}]/u.test(text), 'must not contain white space or control characters')
  .refine(
    (text) => !text.includes(':') || /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text),
    'must be a valid URI when it contains ":"',
  )

export const AuthorizationServerInput = z
  .object({
    name: z.string().trim().min(1).max(limits.nameCharactersMax),
    description: z.string().max(limits.descriptionCharactersMax).nullish(),
    audiences: z.array(Audience).length(1),
    issuerMode: z.enum(['ORG_URL', 'CUSTOM_URL', 'DYNAMIC']).default('ORG_URL'),
    credentials: z
      .object({
        signing: z
          .object({
            rotationMode: z.enum(['AUTO', 'MANUAL']).optional(),
            alg: z.enum(SIGNING_ALGORITHMS).optional(),
          })
          .optional(),
      })
      .optional(),
    accessTokenProfile: z.enum(ACCESS_TOKEN_PROFILES).optional(),
    accessTokenEncryptedResponseAlgorithm: z.enum(ENCRYPTION_ALGORITHMS).nullish(),
    jwks: z
      .object({ keys: z.array(ResourceServerKeyInput).max(limits.resourceServerKeysMax) })
      .nullish(),
    jwks_uri: z.string().min(1).max(limits.uriCharactersMax).nullish(),
  })
  .meta({ id: 'AuthorizationServerInput' })

export type AuthorizationServerInput = z.infer<typeof AuthorizationServerInput>

export const AuthorizationServerOutput = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    audiences: z.array(z.string()).length(1),
    issuer: z.url(),
    issuerMode: z.enum(['ORG_URL', 'CUSTOM_URL', 'DYNAMIC']),
    status: StatusOutput,
    created: Timestamp,
    lastUpdated: Timestamp,
    credentials: z.object({
      signing: z.object({
        kid: z.string().nullable(),
        alg: z.enum(SIGNING_ALGORITHMS),
        rotationMode: z.enum(['AUTO', 'MANUAL']),
        lastRotated: Timestamp,
        nextRotation: Timestamp.optional(),
        use: z.literal('sig'),
      }),
    }),
    accessTokenProfile: z.enum(ACCESS_TOKEN_PROFILES),
    default: z.boolean(),
    accessTokenEncryptedResponseAlgorithm: z.enum(ENCRYPTION_ALGORITHMS).optional(),
    jwks: z.object({ keys: z.array(ResourceServerJwkOutput) }).optional(),
    jwks_uri: z.string().optional(),
    _links: z.object({
      rotateKey: Link,
      metadata: z.array(Link),
      keys: Link,
      claims: Link,
      policies: Link,
      self: Link,
      scopes: Link,
      ...lifecycleLinks,
    }),
  })
  .meta({ id: 'AuthorizationServer' })

/** A server as another one's: what can be done is only to end the association. */
export const AssociatedServerOutput = AuthorizationServerOutput.extend({ _links: SelfLinks }).meta({
  id: 'AssociatedServer',
})
