/**
 * Which pages may read the management door's answers: those of an active trusted origin of type CORS, and no other,
 * whatever token they call with. No cookie takes part at this door, so nothing allows credentials.
 */
import type { TrustedOrigins } from '../domain/trusted-origin.ts'
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../protocol/cross-origin.ts'

const PREFLIGHT_SECONDS = '600'

/** `methods` are those of the path; a preflight (OPTIONS) is told them. */
export function corsHeaders(
  origin: string,
  method: string,
  methods: string,
  trusted: TrustedOrigins,
): Readonly<Record<string, string>> {
  // Caches must know that another page's answer is another one, also where this page gets nothing.
  const vary = { vary: 'Origin' }
  if (!(trusted.get(origin)?.includes('CORS') ?? false)) return vary
  const allowed = { ...vary, 'access-control-allow-origin': origin }
  if (method !== 'OPTIONS') return { ...allowed, 'access-control-expose-headers': EXPOSED_HEADERS }
  return {
    ...allowed,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': PREFLIGHT_SECONDS,
  }
}
