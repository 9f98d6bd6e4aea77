/** A scope of a custom authorization server, and the system scopes that every one of them has. */
import { limits } from '../platform/limits.ts'
import { isScopeToken, OIDC_SCOPES } from '../protocol/scope.ts'
import * as z from 'zod'
import { derivedId } from './ids.ts'
import { SelfLinks } from './output.ts'

export interface Scope {
  readonly id: string
  readonly name: string
  readonly displayName: string | null
  readonly description: string | null
  readonly consent: 'IMPLICIT' | 'REQUIRED' | 'FLEXIBLE'
  readonly optional: boolean
  readonly default: boolean
  readonly metadataPublish: 'NO_CLIENTS' | 'ALL_CLIENTS'
  readonly system: boolean
}

const Name = z
  .string()
  .min(1)
  .max(limits.nameCharactersMax)
  .refine(isScopeToken, 'may hold printable ASCII characters except space, " and \\')
  .refine((name) => name !== '*' && name !== 'okta', 'is reserved')
  .refine((name) => !/^okta[.:]/.test(name), 'must not begin with "okta." or "okta:"')
  .refine((name) => !(name.includes('<') && name.includes('>')), 'must not hold both < and >')

export const ScopeInput = z
  .object({
    name: Name,
    displayName: z.string().max(limits.nameCharactersMax).nullish(),
    description: z.string().max(limits.descriptionCharactersMax).nullish(),
    consent: z.enum(['IMPLICIT', 'REQUIRED', 'FLEXIBLE']).default('IMPLICIT'),
    optional: z.boolean().default(false),
    default: z.boolean().default(false),
    metadataPublish: z.enum(['NO_CLIENTS', 'ALL_CLIENTS']).default('NO_CLIENTS'),
  })
  .meta({ id: 'ScopeInput' })

export type ScopeInput = z.infer<typeof ScopeInput>

export const ScopeOutput = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    displayName: z.string().nullable(),
    system: z.boolean(),
    metadataPublish: z.enum(['NO_CLIENTS', 'ALL_CLIENTS']),
    consent: z.enum(['IMPLICIT', 'REQUIRED', 'FLEXIBLE']),
    optional: z.boolean(),
    apiResourceId: z.null(),
    default: z.boolean(),
    _links: SelfLinks,
  })
  .meta({ id: 'OAuth2Scope' })

const DESCRIPTIONS: Readonly<Record<string, readonly [displayName: string, description: string]>> =
  {
    openid: ['Sign in', 'Signals that a request is an OpenID request.'],
    profile: ['View your profile', 'Gives access to the name and the other default claims.'],
    email: ['View your email', 'Gives access to the email address and whether it is verified.'],
    address: ['View your address', 'Gives access to the postal address.'],
    phone: ['View your phone number', 'Gives access to the phone number.'],
    offline_access: ['Stay signed in', 'Gives access that outlasts the session.'],
    device_sso: ['Share sign-in on this device', 'Lets native apps of a device share a sign-in.'],
  }

/** The system scopes of a server; ids follow from the server's, so they need no rows. */
export function systemScopes(serverId: string): readonly Scope[] {
  return OIDC_SCOPES.map((name) => ({
    id: derivedId('scp', serverId, name),
    name,
    displayName: DESCRIPTIONS[name]?.[0] ?? null,
    description: DESCRIPTIONS[name]?.[1] ?? null,
    consent: 'IMPLICIT',
    optional: false,
    default: false,
    metadataPublish: 'ALL_CLIENTS',
    system: true,
  }))
}
