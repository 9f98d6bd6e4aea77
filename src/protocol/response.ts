/** Response types and modes: OAuth 2.0 Multiple Response Type Encoding Practices, Form Post, and Okta's own mode. */
export const RESPONSE_TYPE_SETS: readonly string[] = [
  'code',
  'token',
  'id_token',
  'code id_token',
  'code token',
  'id_token token',
  'code id_token token',
]

export const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'okta_post_message'] as const

export type ResponseMode = (typeof RESPONSE_MODES)[number]
