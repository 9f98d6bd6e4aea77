/** Trusted origins: pages of other sites that may call this org's APIs, be redirected to, or embed its pages. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import type { Status } from './authorization-server.ts'

/** `ionic` and `capacitor` are the origins of pages inside mobile apps. */
const SCHEMES = ['http', 'https', 'ftp', 'ionic', 'capacitor'] as const
const ORIGIN = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/[^\s\p{Cc}/\\?#@%*]+$/u

/**
 * The origin as browsers write it in a request's Origin header: scheme and host in lower case, no default port, a host
 * in ASCII. Null for anything that is not scheme, host and port only.
 */
export function canonicalOrigin(text: string): string | null {
  const scheme = ORIGIN.exec(text)?.[1]?.toLowerCase()
  const url = URL.parse(text)
  if (scheme === undefined || url === null || url.host === '') return null
  if (!SCHEMES.some((one) => one === scheme)) return null
  return url.origin === 'null' ? `${scheme}://${url.host.toLowerCase()}` : url.origin
}

const Origin = z
  .string()
  .max(limits.nameCharactersMax)
  .transform((text, context) => {
    const origin = canonicalOrigin(text)
    if (origin !== null) return origin
    context.addIssue({ code: 'custom', message: 'Origin value is not valid' })
    return z.NEVER
  })

const Scope = z.discriminatedUnion('type', [
  z.object({ type: z.literal('CORS') }),
  z.object({ type: z.literal('REDIRECT') }),
  z.object({
    type: z.literal('IFRAME_EMBED'),
    allowedOktaApps: z
      .array(z.enum(['OKTA_ENDUSER']))
      .max(1)
      .optional(),
  }),
])

export type TrustedOriginScope = z.infer<typeof Scope>
export type TrustedOriginUse = TrustedOriginScope['type']

export const TrustedOriginInput = z
  .object({
    name: z.string().trim().min(1).max(limits.nameCharactersMax),
    origin: Origin,
    scopes: z
      .array(Scope)
      .min(1)
      .max(3)
      .refine(
        (scopes) => new Set(scopes.map(({ type }) => type)).size === scopes.length,
        'must not name a type twice',
      ),
  })
  .meta({ id: 'TrustedOriginInput' })

export type TrustedOriginInput = z.infer<typeof TrustedOriginInput>

export interface TrustedOrigin extends TrustedOriginInput {
  readonly id: string
  readonly status: Status
  readonly created: number
  readonly createdBy: string
  readonly lastUpdated: number
  readonly lastUpdatedBy: string
}

/** The active origins and what they are trusted for. */
export type TrustedOrigins = ReadonlyMap<string, readonly TrustedOriginUse[]>
