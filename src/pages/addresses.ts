/**
 * URIs that somebody registered, on their way into a page: what may be a link, an image or the target of a form, and
 * how a Content-Security-Policy names it (CSP3 §2.3.1).
 */

/** CSP cannot name other hosts, and a `;` that URLs allow in one would begin a directive. */
const NAMEABLE = /^[a-z0-9._-]+$/

/** Schemes that run or show their own text in place of going anywhere. */
const TEXT_SCHEMES: ReadonlySet<string> = new Set(['javascript:', 'data:', 'vbscript:', 'blob:'])

function parsed(uri: string | null, schemes: RegExp): URL | null {
  const url = uri === null ? null : URL.parse(uri)
  return url !== null && schemes.test(url.protocol) ? url : null
}

const isNameable = ({ hostname }: URL): boolean => NAMEABLE.test(hostname)

/** The address of a link, null unless it leads to the web. */
export const linkUri = (uri: string | null): string | null => parsed(uri, /^https?:$/)?.href ?? null

/** An image that a page may load: its address and its origin, which is all that the policy allows. */
export interface Image {
  readonly uri: string
  readonly source: string
}

/** Null unless it is an https URI of a host that a policy can name. */
export function imageOf(uri: string | null): Image | null {
  const url = parsed(uri, /^https:$/)
  return url !== null && isNameable(url) ? { uri: url.href, source: url.origin } : null
}

/** A page of somebody else that a page of ours may load in a frame. */
export interface Frame {
  readonly uri: string
  readonly source: string
}

/** Null unless it is a web page of a host that a policy can name. */
export function frameOf(uri: string): Frame | null {
  const source = originSource(uri)
  return source === null ? null : { uri, source }
}

/** Whether a browser may be led to a URI: it goes there, and does not run or show the URI itself. */
export const leadsAway = (uri: string): boolean => formSource(uri) !== null

/** The origin of a web page as a policy names it, null where it cannot. */
export function originSource(uri: string): string | null {
  const url = parsed(uri, /^https?:$/)
  return url !== null && isNameable(url) ? url.origin : null
}

/**
 * What `form-action` must allow for a browser to be sent to a URI, and on from there: Chromium holds every redirect
 * that follows a form to it, and where an app sends its people next we cannot know. So it allows schemes: that of the
 * URI, and what a page of it may lead to. Null: nothing may be sent there.
 */
export function formSource(uri: string): string | null {
  const url = URL.parse(uri)
  if (url === null || TEXT_SCHEMES.has(url.protocol)) return null
  if (url.protocol === 'http:') return 'http: https:'
  return url.protocol
}
