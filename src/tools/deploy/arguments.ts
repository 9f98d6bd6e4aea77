/**
 * The command line of `npm run deploy`, read strictly: what is not understood is refused with the way to
 * put it right, because a wrong origin would become part of every issuer.
 */
import { parseArgs } from 'node:util'
import { isIP } from 'node:net'

export interface DeployOptions {
  /** Scheme and host of every issuer, without a trailing slash. */
  readonly origin: string
  readonly name: string
  readonly dryRun: boolean
}

export const USAGE =
  'Usage: npm run deploy -- --origin https://auth.example.com [--name worker-name] [--dry-run]'

export type Arguments =
  | { readonly ok: true; readonly options: DeployOptions }
  | { readonly ok: false; readonly problem: string }

const refuse = (problem: string): Arguments => ({ ok: false, problem: `${problem}\n${USAGE}` })

const isLoopbackName = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || isIP(host.replace(/^\[|\]$/g, '')) !== 0

/** Null when the text is an origin that can be deployed to. */
function problemWithOrigin(text: string): string | null {
  const url = URL.parse(text)
  // First, because the other messages repeat what was typed.
  if (url !== null && (url.username !== '' || url.password !== ''))
    return '--origin must not hold a user name or a password. Give scheme and host only.'
  if (url === null || !/^https?:$/.test(url.protocol))
    return `--origin ${text} is not a URL. Give scheme and host, such as https://auth.example.com.`
  if (isLoopbackName(url.hostname))
    return `--origin ${text} is an address, not a public name. Use \`npm start\` on your own machine, or give the public host name here.`
  if (url.protocol !== 'https:')
    return `--origin ${text} must be https, because tokens and passwords travel over it. Give https://${url.host}.`
  if (url.port !== '')
    return `--origin ${text} must not name a port: a deployed Worker answers on 443. Give https://${url.hostname}.`
  if (!url.hostname.includes('.') || url.hostname.endsWith('.'))
    return `--origin ${text} needs a full public host name, such as https://auth.example.com.`
  if (url.origin !== text)
    return `--origin must be scheme and host only, without path, query or trailing slash. Give ${url.origin}.`
  return null
}

function problemWithName(name: string, host: string): string | null {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/.test(name))
    return `--name ${name} must be 1 to 54 characters out of a-z, 0-9 and -, and must not begin or end with -.`
  if (name.endsWith('-log'))
    return `--name ${name} must not end in -log, which is kept for the log database of another deployment.`
  if (!isWorkersDev(host) || new RegExp(`^${name}\\.[^.]+\\.workers\\.dev$`).test(host)) return null
  return `The host ${host} does not belong to a Worker called ${name}. It must be ${name}.<your subdomain>.workers.dev; give the matching --name or --origin.`
}

/** Such a host comes with the Worker's name; every other one is attached as a custom domain. */
export const isWorkersDev = (host: string): boolean => host.endsWith('.workers.dev')

function parseFlags(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      origin: { type: 'string', multiple: true },
      name: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
    },
    strict: true,
    allowPositionals: false,
  }).values
}

/** `defaultName` is the name in the template, used when `--name` is absent. */
export function parseArguments(argv: readonly string[], defaultName: string): Arguments {
  let flags: ReturnType<typeof parseFlags>
  try {
    flags = parseFlags(argv)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : 'The command line cannot be read'
    return refuse(`${text.split('. ')[0] ?? text}. Remove it or correct it.`)
  }
  const [origin, ...otherOrigins] = flags.origin ?? []
  const [name = defaultName, ...otherNames] = flags.name ?? []
  if (otherOrigins.length > 0 || otherNames.length > 0)
    return refuse('A flag was given twice. Give each flag once.')
  if (origin === undefined || origin === '')
    return refuse(
      '--origin is missing. Give the https origin that people and APIs will reach, such as --origin https://auth.example.com.',
    )
  const problem = problemWithOrigin(origin) ?? problemWithName(name, new URL(origin).hostname)
  if (problem !== null) return refuse(problem)
  return { ok: true, options: { origin, name, dryRun: flags['dry-run'] ?? false } }
}
