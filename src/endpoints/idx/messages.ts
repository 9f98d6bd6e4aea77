/** What a person is told by the page that asks. Keys are Okta's, by which its clients choose words of their own. */

interface Row {
  readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 429 | 503
  readonly key: string
  readonly text: string
}

/** Nothing says whether somebody has the login. */
export const MESSAGES = {
  wrong: { status: 401, key: 'errors.E0000004', text: 'Authentication failed' },
  throttled: {
    status: 429,
    key: 'tooManyRequests',
    text: 'Too many attempts were made. Try again later.',
  },
  expired: {
    status: 401,
    key: 'idx.session.expired',
    text: 'The sign-in is over. Begin it again.',
  },
  forbidden: {
    status: 403,
    key: 'security.access_denied',
    text: 'You do not have permission to perform the requested action.',
  },
  malformed: {
    status: 400,
    key: 'idx.request.malformed',
    text: 'The request is not what this step takes.',
  },
  too_large: { status: 413, key: 'idx.request.too_large', text: 'The request is too large.' },
  not_json: {
    status: 415,
    key: 'idx.request.media_type',
    text: 'The request must be of the type application/json.',
  },
  not_post: { status: 405, key: 'idx.request.method', text: 'The request must be a POST.' },
  away: {
    status: 503,
    key: 'errors.E0000010',
    text: 'The server is not available at the moment. Try again later.',
  },
} as const satisfies Record<string, Row>

export type MessageName = keyof typeof MESSAGES

export interface Message {
  readonly message: string
  readonly i18n: { readonly key: string }
  readonly class: 'ERROR'
}

export const message = (key: string, text: string): Message => ({
  message: text,
  i18n: { key },
  class: 'ERROR',
})

export const messageOf = (name: MessageName): Message =>
  message(MESSAGES[name].key, MESSAGES[name].text)

export interface Messages {
  readonly type: 'array'
  readonly value: readonly Message[]
}

export const messages = (...value: readonly Message[]): Messages => ({ type: 'array', value })

/** Beside a field that was left empty. */
export const BLANK = messages(
  message('model.validation.field.blank', 'This field cannot be left blank'),
)
