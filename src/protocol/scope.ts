/** The `scope` parameter: space-separated scope-tokens, RFC 6749 §3.3. */
import { limits } from '../platform/limits.ts'

const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

export const isScopeToken = (text: string): boolean => SCOPE_TOKEN.test(text)

/** The names in order, each once; null when the text is not a scope list or is too long. */
export function parseScope(text: string): readonly string[] | null {
  if (text.length > limits.scopeParameterCharactersMax) return null
  const names = new Set<string>()
  for (const name of text.split(' ')) {
    if (name === '') continue
    if (!SCOPE_TOKEN.test(name)) return null
    names.add(name)
  }
  return names.size > limits.requestedScopesMax ? null : [...names]
}

export const formatScope = (names: readonly string[]): string => names.join(' ')

/** The scopes that OpenID Connect defines, each of which a person's app gets something for. */
export const SERVED_OIDC_SCOPES: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]

/** The same with Okta's; they exist on every custom server. */
export const OIDC_SCOPES: readonly string[] = [...SERVED_OIDC_SCOPES, 'device_sso']

/** Those of the org server, which has no shared sign-in of native apps, but the groups of a person. */
export const ORG_OIDC_SCOPES: readonly string[] = [...SERVED_OIDC_SCOPES, 'groups']

/**
 * Scopes that only mean something in an OpenID request, without its `openid`. `offline_access` says nothing about the
 * person and is as good for an app that only calls an API.
 */
export const needsOpenid = (names: readonly string[]): boolean =>
  !names.includes('openid') &&
  names.some((name) => name !== 'offline_access' && OIDC_SCOPES.includes(name))
