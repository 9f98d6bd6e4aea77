/**
 * Inline hooks: endpoints outside that are asked before tokens are made. How one is reached is its channel: an https
 * URL, headers, and one header whose value is a secret that only the endpoint and the database know.
 */
import * as z from 'zod'
import type { Envelope } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import type { Status } from './authorization-server.ts'

export const TOKEN_HOOK = 'com.okta.oauth2.tokens.transform'

/** All of Okta's, of which one is served. */
export const HOOK_TYPES = [
  'com.okta.import.transform',
  TOKEN_HOOK,
  'com.okta.saml.tokens.transform',
  'com.okta.telephony.provider',
  'com.okta.user.credential.password.import',
  'com.okta.user.pre-registration',
] as const

export const CHANNEL_VERSION = '1.0.0'

export interface HookHeader {
  readonly key: string
  readonly value: string
}

export interface HookChannel {
  readonly uri: string
  readonly headers: readonly HookHeader[]
  /** The header that carries the secret; null: there is none. */
  readonly secretHeader: string | null
}

export interface InlineHook {
  readonly id: string
  readonly name: string
  readonly type: typeof TOKEN_HOOK
  readonly version: HookVersion
  readonly status: Status
  readonly channel: HookChannel
  /** Null exactly where no header carries one. */
  readonly secret: Envelope | null
  readonly created: number
  readonly lastUpdated: number
}

/** What the secret of a hook is sealed with. */
export const boundToHook = (id: string): readonly string[] => [id]

/** RFC 9110 §5.1 and §5.5, as far as ASCII goes. */
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const FIELD_VALUE = /^[!-~]([ -~]*[!-~])?$/
/** Headers of the connection or of the message itself, which belong to whoever sends it. */
const MESSAGE_HEADERS =
  /^(accept|connection|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|(content|proxy)-.*)$/i

const HeaderName = z
  .string()
  .max(limits.nameCharactersMax)
  .regex(FIELD_NAME, 'must be the name of an HTTP header')
  .refine((name) => !MESSAGE_HEADERS.test(name), 'is a header that cannot be set')

const HeaderValue = z
  .string()
  .max(limits.hookHeaderCharactersMax)
  .regex(FIELD_VALUE, 'must be the value of an HTTP header, in ASCII')

const Headers = z.array(
  z.object({
    key: HeaderName.refine(
      (name) => name.toLowerCase() !== 'authorization',
      "is set by 'authScheme'",
    ),
    value: HeaderValue,
  }),
)

const AuthScheme = z.object({
  type: z.string().regex(/^header$/i, 'must be HEADER'),
  key: HeaderName,
  value: HeaderValue.optional().describe('Never shown; without it the stored one stays.'),
})

const config = {
  uri: z
    .string()
    .max(limits.uriCharactersMax)
    .refine((uri) => !/\s/.test(uri), 'must not contain white space'),
  method: z.literal('POST', 'must be POST').optional(),
  headers: Headers.max(limits.hookHeadersMax).nullish(),
  authScheme: AuthScheme.nullish(),
}

const channel = {
  type: z.literal('HTTP', 'must be HTTP: hooks that are given an OAuth token are not served'),
  version: z.literal(CHANNEL_VERSION, `must be ${CHANNEL_VERSION}`),
}

const hook = {
  name: z.string().trim().min(1).max(limits.nameCharactersMax),
  version: z.enum(['1.0.0', '1.0.1']),
}

export type HookVersion = z.infer<typeof hook.version>

const Type = z.literal(TOKEN_HOOK, `must be ${TOKEN_HOOK}: no other hooks are served`)

/** `type` is for good, so that a replacement may leave it out. */
export const InlineHookReplacement = z
  .object({
    ...hook,
    type: Type.optional(),
    channel: z.object({ ...channel, config: z.object(config) }),
  })
  .meta({ id: 'InlineHookReplacement' })

export type InlineHookReplacement = z.infer<typeof InlineHookReplacement>

export const InlineHookInput = InlineHookReplacement.extend({ type: Type }).meta({
  id: 'InlineHookInput',
})

export const InlineHookPatch = z
  .object({
    ...hook,
    type: Type,
    channel: z.object({ ...channel, config: z.object(config).partial() }).partial(),
  })
  .partial()
  .meta({ id: 'InlineHookPatch' })

export type InlineHookPatch = z.infer<typeof InlineHookPatch>
