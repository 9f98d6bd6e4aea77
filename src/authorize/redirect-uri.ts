/**
 * The one place where redirect URIs are compared: character by character (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3). Only a
 * native app may take any port of the loopback interface (RFC 8252 §7.3), named by its address: `localhost` may be
 * resolved to something else (§8.3), so that it is compared like every other host.
 */
import type { Client } from '../domain/client.ts'

export type RedirectUriMatch =
  | { readonly outcome: 'matched'; readonly uri: string; readonly isImplied: boolean }
  | { readonly outcome: 'missing' | 'unregistered' }

const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?(?![^/?])(.*)$/

/** The URI that answers go to. `isRequired`: none can be implied, OpenID Connect Core §3.1.2.1. */
export function matchRedirectUri(
  sent: string | undefined,
  { applicationType, flows }: Client,
  isRequired: boolean,
): RedirectUriMatch {
  const registered = flows.redirectUris
  if (sent === undefined) {
    const [only, ...others] = registered
    return only === undefined || others.length > 0 || isRequired
      ? { outcome: 'missing' }
      : { outcome: 'matched', uri: only, isImplied: true }
  }
  const isRegistered =
    registered.includes(sent) ||
    (applicationType === 'native' && registered.some((uri) => differsInPort(uri, sent)))
  return isRegistered
    ? { outcome: 'matched', uri: sent, isImplied: false }
    : { outcome: 'unregistered' }
}

/** Whether two URIs of the loopback interface are the same but for the port. */
function differsInPort(registered: string, sent: string): boolean {
  const one = LOOPBACK.exec(registered)
  const other = LOOPBACK.exec(sent)
  if (one === null || other === null) return false
  const port = Number(other[2] ?? 80)
  return one[1] === other[1] && one[3] === other[3] && port > 0 && port <= 65_535
}

/** The origin of an http or https URI; null for any other, which has none. */
export function originOf(uri: string): string | null {
  const url = URL.parse(uri)
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : null
}
