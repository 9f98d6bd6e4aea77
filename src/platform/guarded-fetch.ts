/**
 * The only way out: every request to a URL that somebody registered goes through here. Scheme, port and literal
 * addresses are checked at each hop, redirects are followed by hand, answers are bounded in time and size.
 * Names that resolve to private addresses are the platform's part (`global_fetch_strictly_public`).
 */
import { streamText } from './encoding.ts'
import { limits } from './limits.ts'
import { isLoopback } from './settings.ts'

export type GuardedResult =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: string }
  | { readonly outcome: 'refused'; readonly reason: 'address' | 'redirects' | 'size' | 'failed' }

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
export async function guardedGet(
  url: string,
  allowedOrigins: readonly string[],
): Promise<GuardedResult> {
  const signal = AbortSignal.timeout(limits.outboundTimeoutMillis)
  let target = url
  try {
    for (let hop = 0; hop <= limits.outboundRedirectsMax; hop++) {
      if (!isFetchable(target, allowedOrigins)) return { outcome: 'refused', reason: 'address' }
      const response = await fetch(target, {
        redirect: 'manual',
        signal,
        headers: { accept: 'application/json' },
      })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null) {
        const body =
          response.body === null ? '' : await streamText(response.body, limits.outboundBytesMax)
        if (body === null) return { outcome: 'refused', reason: 'failed' }
        return typeof body === 'string'
          ? { outcome: 'answered', status: response.status, body }
          : { outcome: 'refused', reason: 'size' }
      }
      await response.body?.cancel()
      target = new URL(location, target).href
    }
    return { outcome: 'refused', reason: 'redirects' }
  } catch {
    return { outcome: 'refused', reason: 'failed' }
  }
}
