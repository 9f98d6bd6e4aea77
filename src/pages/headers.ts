/** The headers of every page, made in one place: what may load, run, be sent and frame it (CSP3); nothing is kept. */
import { utf8 } from '../platform/encoding.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'

/** What one page needs beyond text. */
export interface PageNeeds {
  /** Text of its stylesheet. */
  readonly style: string
  /** Text of its one script. */
  readonly script?: string
  /** Origins of its images. */
  readonly images: readonly string[]
  /** Origins of the frames in it. */
  readonly frames?: readonly string[]
  /** Sources that its forms may lead to, redirects included, which Chromium holds to `form-action` too. */
  readonly formTargets: readonly string[]
  /** The only origin that may frame it. */
  readonly framedBy?: string | null
  /** It must know the window that opened it, or be known to it: an authorization may run in a popup. */
  readonly inPopup: boolean
}

const NO_DEVICES = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ')

/** The form of a page leads to ourselves. */
export const SELF = "'self'"

const listed = (sources: readonly string[]): string =>
  sources.length === 0 ? "'none'" : [...new Set(sources)].join(' ')

async function hashSource(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text)))
  return `'sha256-${digest.toBase64()}'`
}

async function contentSecurityPolicy(needs: PageNeeds): Promise<string> {
  const { style, script, images, frames = [], formTargets, framedBy } = needs
  return [
    "default-src 'none'",
    `style-src ${await hashSource(style)}`,
    ...(script === undefined ? [] : [`script-src ${await hashSource(script)}`]),
    ...(images.length === 0 ? [] : [`img-src ${listed(images)}`]),
    ...(frames.length === 0 ? [] : [`frame-src ${listed(frames)}`]),
    `form-action ${listed(formTargets)}`,
    `frame-ancestors ${framedBy ?? "'none'"}`,
    "base-uri 'none'",
  ].join('; ')
}

/** All headers of a page. */
export async function pageHeaders(needs: PageNeeds): Promise<Readonly<Record<string, string>>> {
  const framed = needs.framedBy != null
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': await contentSecurityPolicy(needs),
    'cache-control': 'no-store',
    // Both tell other sites nothing. But under no-referrer a form sends `Origin: null` even to ourselves (Fetch §3.2),
    // and the door could not tell its own page from another's.
    'referrer-policy': needs.formTargets.includes(SELF) ? 'same-origin' : 'no-referrer',
    ...NOSNIFF,
    'permissions-policy': NO_DEVICES,
    ...(framed ? {} : { 'x-frame-options': 'DENY' }),
    ...(needs.inPopup ? {} : { 'cross-origin-opener-policy': 'same-origin' }),
  }
}
