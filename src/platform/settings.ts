/**
 * What a deployment is told by its environment, read once an isolate and checked as a whole.
 * A deployment that lacks something answers 503 and names it (the names, never the values).
 */
import { KeyEncryption } from './key-encryption.ts'

export interface Settings {
  /** Scheme, host and port of every issuer; byte-exact, without a trailing slash. */
  readonly origin: string
  readonly keyEncryption: KeyEncryption
  readonly bootstrapApiToken: string
  readonly bootstrapAdminLogin: string
  /** Origins that the guarded fetch may reach although they are loopback or private. */
  readonly outboundAllowedOrigins: readonly string[]
  readonly rateLimitPerMinute: number
}

/** The environment did not describe a working deployment. */
export class MissingSettings extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`This deployment is not configured: ${problems.join('; ')}`)
    this.problems = problems
  }
}

const REQUIRED = [
  'ORIGIN',
  'KEY_ENCRYPTION_KEY',
  'BOOTSTRAP_API_TOKEN',
  'BOOTSTRAP_ADMIN_LOGIN',
  'BOOTSTRAP_ADMIN_PASSWORD',
] as const

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d{1,3}){3}$/.test(hostname)

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.origin === text && /^https?:$/.test(url.protocol)
}

type Source = Readonly<Record<string, unknown>>

const text = (source: Source, name: string): string => {
  const value = source[name]
  return typeof value === 'string' ? value : ''
}

/** Throws {@link MissingSettings} with every problem at once. */
export function readSettings(source: Source): Settings {
  const problems: string[] = REQUIRED.filter((name) => text(source, name) === '').map(
    (name) => `${name} is missing`,
  )
  const origin = text(source, 'ORIGIN')
  const hostname = URL.parse(origin)?.hostname ?? ''
  if (origin !== '' && !isOrigin(origin))
    problems.push('ORIGIN must be scheme, host and port only, without a trailing slash')
  else if (origin.startsWith('http:') && !isLoopback(hostname))
    problems.push('ORIGIN must be https unless it is a loopback address')

  const keyEncryption = KeyEncryption.parse(text(source, 'KEY_ENCRYPTION_KEY'))
  if (keyEncryption === null && text(source, 'KEY_ENCRYPTION_KEY') !== '')
    problems.push('KEY_ENCRYPTION_KEY must be 32 bytes in base64, or a key set')

  const outboundAllowedOrigins = text(source, 'OUTBOUND_ALLOWED_ORIGINS')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (outboundAllowedOrigins.length > 0 && !isLoopback(hostname))
    problems.push('OUTBOUND_ALLOWED_ORIGINS is only for a deployment whose ORIGIN is loopback')
  if (!outboundAllowedOrigins.every(isOrigin))
    problems.push('OUTBOUND_ALLOWED_ORIGINS must list origins, separated by commas')

  const rateLimitPerMinute = Number(text(source, 'RATE_LIMIT_PER_MINUTE') || '60000')
  if (!Number.isInteger(rateLimitPerMinute) || rateLimitPerMinute < 1)
    problems.push('RATE_LIMIT_PER_MINUTE must be a positive whole number')

  if (problems.length > 0 || keyEncryption === null) throw new MissingSettings(problems)
  return {
    origin,
    keyEncryption,
    bootstrapApiToken: text(source, 'BOOTSTRAP_API_TOKEN'),
    bootstrapAdminLogin: text(source, 'BOOTSTRAP_ADMIN_LOGIN'),
    outboundAllowedOrigins,
    rateLimitPerMinute,
  }
}
