/** A claim of a custom authorization server, and the system claims that every one of them has. */
import { limits } from '../platform/limits.ts'
import * as z from 'zod'
import type { Status } from './authorization-server.ts'
import { derivedId } from './ids.ts'
import { SelfLinks, StatusOutput } from './output.ts'

export interface Claim {
  readonly id: string
  readonly name: string
  readonly status: Status
  /** RESOURCE goes into access tokens, IDENTITY into ID tokens and userinfo. */
  readonly claimType: 'RESOURCE' | 'IDENTITY'
  readonly valueType: 'EXPRESSION' | 'GROUPS' | 'SYSTEM'
  readonly value: string | null
  /** Empty: whatever the scopes. Otherwise at least one of them must be granted. */
  readonly scopes: readonly string[]
  readonly alwaysIncludeInToken: boolean
  readonly groupFilterType: 'EQUALS' | 'STARTS_WITH' | 'CONTAINS' | 'REGEX' | null
  readonly system: boolean
}

/** The expression of the system `sub` claim until somebody changes it. */
export const SUBJECT_EXPRESSION = '(appuser != null) ? appuser.userName : app.clientId'

/**
 * Names an access token already uses, or that mean something to those who read tokens: an answer with `error` is a
 * refusal to Okta's SDK for browsers, and introspection and userinfo answer with claims.
 */
export const RESERVED_CLAIM_NAMES: ReadonlySet<string> = new Set(
  (
    '__proto__ acr act active aid amr app_id app_type as_uri at_hash aud auth_time authorization_details c_hash cid client_id ' +
    'client_ip client_req_id client_type client_user_agent cnf device_compliance device_id device_known ' +
    'device_managed device_name device_trust did dst error exp group hotk iat idp idp_iss iss jti mac_key may_act nbf ' +
    'nonce oid okta_emailVerified okta_lastUpdated orig permissions purpose pwd_exp_days pwd_exp_time rid role rpt ' +
    'rsi scopes scp sid sub term token_type uid user_ip username ver'
  ).split(' '),
)

/** Two names that look the same are the same. */
export const ClaimName = z
  .string()
  .max(limits.nameCharactersMax)
  .refine(
    (name) => !/[\s\p{C}]/u.test(name),
    'must not contain white space, nor what cannot be seen',
  )

export const ClaimInput = z
  .object({
    name: ClaimName.min(1),
    status: z.enum(['ACTIVE', 'INACTIVE']).default('ACTIVE'),
    claimType: z.enum(['RESOURCE', 'IDENTITY']),
    valueType: z.enum(['EXPRESSION', 'GROUPS', 'SYSTEM']),
    value: z.string().max(limits.expressionCharactersMax).nullish(),
    conditions: z
      .object({
        scopes: z
          .array(z.string().max(limits.nameCharactersMax))
          .max(limits.listMembersMax)
          .optional(),
      })
      .nullish(),
    alwaysIncludeInToken: z.boolean().default(false),
    group_filter_type: z.enum(['EQUALS', 'STARTS_WITH', 'CONTAINS', 'REGEX']).nullish(),
  })
  .meta({ id: 'ClaimInput' })

export type ClaimInput = z.infer<typeof ClaimInput>

export const ClaimOutput = z
  .object({
    id: z.string(),
    name: z.string(),
    status: StatusOutput,
    claimType: ClaimInput.shape.claimType,
    valueType: ClaimInput.shape.valueType,
    /** Absent: a system claim whose value follows from the user. */
    value: z.string().optional(),
    conditions: z.object({ scopes: z.array(z.string()) }),
    system: z.boolean(),
    alwaysIncludeInToken: z.boolean(),
    apiResourceId: z.null(),
    group_filter_type: z.enum(['EQUALS', 'STARTS_WITH', 'CONTAINS', 'REGEX']).optional(),
    _links: SelfLinks,
  })
  .meta({ id: 'OAuth2Claim' })

/** Name, scope and whether it is always in the ID token. */
const IDENTITY_CLAIMS: readonly (readonly [string, string, boolean])[] = [
  ...[
    'middle_name',
    'zoneinfo',
    'website',
    'updated_at',
    'profile',
    'picture',
    'nickname',
    'locale',
    'given_name',
    'gender',
    'family_name',
    'birthdate',
  ].map((name) => [name, 'profile', false] as const),
  ['preferred_username', 'profile', true],
  ['name', 'profile', true],
  ['email', 'email', true],
  ['email_verified', 'email', false],
  ['phone_number', 'phone', false],
  ['address', 'address', false],
]

/** Claims of the standard, of which one is given with `phone_number`. */
const STANDARD_NAMES: ReadonlySet<string> = new Set([
  ...IDENTITY_CLAIMS.map(([name]) => name),
  'phone_number_verified',
])

/** Whether a custom claim of a type can never have a name. Whoever reads an ID token believes the standard ones. */
export const isReservedName = (name: string, claimType: Claim['claimType']): boolean =>
  RESERVED_CLAIM_NAMES.has(name) || (claimType === 'IDENTITY' && STANDARD_NAMES.has(name))

/** The system claims of a server, `sub` first; ids follow from the server's. */
export function systemClaims(serverId: string): readonly Claim[] {
  const shared = { status: 'ACTIVE', groupFilterType: null, system: true } as const
  return [
    {
      ...shared,
      id: derivedId('ocl', serverId, 'RESOURCE sub'),
      name: 'sub',
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: SUBJECT_EXPRESSION,
      scopes: [],
      alwaysIncludeInToken: true,
    },
    ...IDENTITY_CLAIMS.map(([name, scope, always]) => ({
      ...shared,
      id: derivedId('ocl', serverId, `IDENTITY ${name}`),
      name,
      claimType: 'IDENTITY' as const,
      valueType: 'SYSTEM' as const,
      value: null,
      scopes: [scope],
      alwaysIncludeInToken: always,
    })),
  ]
}
