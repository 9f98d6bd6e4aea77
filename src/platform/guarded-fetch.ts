/**
 * The only way out: every request to a URL that somebody registered goes through here. Scheme, port and literal
 * addresses are checked at each hop, redirects are followed by hand, answers are bounded in time and size.
 * Names that resolve to private addresses are the platform's part (`global_fetch_strictly_public`).
 */
import { streamText } from './encoding.ts'
import { limits } from './limits.ts'
import { isLoopback } from './settings.ts'

export interface GuardedAnswer {
  readonly outcome: 'answered'
  readonly status: number
  /** Whether the answer says that it is JSON. */
  readonly isJson: boolean
  readonly body: string
}

export type GuardedResult =
  | GuardedAnswer
  | {
      readonly outcome: 'refused'
      readonly reason: 'address' | 'redirects' | 'size' | 'timeout' | 'failed'
    }

interface Bounds {
  readonly redirectsMax: number
  /** Null: the body is not read at all. */
  readonly bytesMax: number | null
}

const JSON_TYPE = /^application\/([\w.+-]+\+)?json\s*(;|$)/i

const PORTS: ReadonlySet<string> = new Set(['', '443', '8443'])
const INNER_NAME = /(^|\.)(localhost|local|internal|lan|home|corp|intranet|arpa|test|invalid)$/i

/** Whether a registered URL may be fetched at all. Literal IP addresses are refused, public ones too. */
export function isFetchable(text: string, allowedOrigins: readonly string[]): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return false
  if (allowedOrigins.includes(url.origin)) return true
  const host = url.hostname.replace(/\.+$/, '')
  return (
    url.protocol === 'https:' &&
    PORTS.has(url.port) &&
    !isLoopback(host) &&
    !host.startsWith('[') &&
    !/^[\d.]+$/.test(host) &&
    host.includes('.') &&
    !INNER_NAME.test(host)
  )
}

/** GETs a registered URL. Never throws. */
export const guardedGet = (
  url: string,
  allowedOrigins: readonly string[],
): Promise<GuardedResult> =>
  guarded(url, { headers: { accept: 'application/json' } }, allowedOrigins, {
    redirectsMax: limits.outboundRedirectsMax,
    bytesMax: limits.outboundBytesMax,
  })

/** POSTs JSON to a registered URL, and follows no redirect: what is sent is meant for that URL. Never throws. */
export const guardedPost = (
  url: string,
  document: unknown,
  headers: Readonly<Record<string, string>>,
  allowedOrigins: readonly string[],
): Promise<GuardedResult> =>
  guarded(
    url,
    {
      method: 'POST',
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(document),
    },
    allowedOrigins,
    { redirectsMax: 0, bytesMax: limits.hookAnswerBytesMax },
  )

/**
 * POSTs a form to a registered URL, and follows no redirect. Only the status of the answer is wanted, so that a body of
 * whatever length costs nothing. Never throws.
 */
export const guardedForm = (
  url: string,
  fields: Readonly<Record<string, string>>,
  allowedOrigins: readonly string[],
): Promise<GuardedResult> =>
  guarded(url, { method: 'POST', body: new URLSearchParams(fields) }, allowedOrigins, {
    redirectsMax: 0,
    bytesMax: null,
  })

async function guarded(
  url: string,
  init: RequestInit,
  allowedOrigins: readonly string[],
  bounds: Bounds,
): Promise<GuardedResult> {
  const signal = AbortSignal.timeout(limits.outboundTimeoutMillis)
  let target = url
  try {
    for (let hop = 0; hop <= bounds.redirectsMax; hop++) {
      if (!isFetchable(target, allowedOrigins)) return { outcome: 'refused', reason: 'address' }
      const response = await fetch(target, { ...init, redirect: 'manual', signal })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null)
        return await read(response, bounds)
      await response.body?.cancel()
      target = new URL(location, target).href
    }
    return { outcome: 'refused', reason: 'redirects' }
  } catch {
    return { outcome: 'refused', reason: signal.aborted ? 'timeout' : 'failed' }
  }
}

async function read(response: Response, { bytesMax }: Bounds): Promise<GuardedResult> {
  if (bytesMax === null) await response.body?.cancel()
  const body =
    response.body === null || bytesMax === null ? '' : await streamText(response.body, bytesMax)
  if (body === null) return { outcome: 'refused', reason: 'failed' }
  if (typeof body !== 'string') return { outcome: 'refused', reason: 'size' }
  const isJson = JSON_TYPE.test(response.headers.get('content-type') ?? '')
  return { outcome: 'answered', status: response.status, isJson, body }
}
