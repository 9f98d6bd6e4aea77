/** Where the parameters of an answer go, in each mode, and that they arrive as they were given. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ResponseTarget } from '../../../src/authorize/request.ts'
import { RESPONSE_MODES } from '../../../src/protocol/response.ts'
import {
  errorResponseOf,
  responseOf,
  type AuthorizationResponse,
} from '../../../src/authorize/response.ts'
import { OAuthError, reasons, type ReasonName } from '../../../src/protocol/errors.ts'

const ISSUER = 'https://id.example/oauth2/default'

const target = (changes: Partial<ResponseTarget> = {}): ResponseTarget => ({
  redirectUri: 'https://app.example/cb',
  responseMode: 'query',
  state: 's',
  ...changes,
})

const url = (changes: Partial<ResponseTarget>, parameters = { code: 'c' }): unknown => {
  const response = responseOf(target(changes), parameters, ISSUER)
  return response.by === 'redirect' ? response.url : response
}

const TAIL = 'code=c&state=s&iss=https%3A%2F%2Fid.example%2Foauth2%2Fdefault'

describe('modes', () => {
  it.each([
    ['https://app.example/cb', `https://app.example/cb?${TAIL}`],
    ['https://app.example/cb?a=b%20c+d', `https://app.example/cb?a=b%20c+d&${TAIL}`],
    ['https://app.example/cb?', `https://app.example/cb?${TAIL}`],
    ['https://app.example/cb?a&', `https://app.example/cb?a&${TAIL}`],
    ['https://app.example', `https://app.example?${TAIL}`],
    ['com.example.app:/cb', `com.example.app:/cb?${TAIL}`],
  ])('[RFC6749-4.1.2] query: %s', (redirectUri, expected) => {
    expect(url({ redirectUri })).toBe(expected)
  })

  it.each([
    ['https://app.example/cb?a=b', `https://app.example/cb?a=b#${TAIL}`],
    ['com.example.app:/cb', `com.example.app:/cb#${TAIL}`],
  ])('[RFC6749-4.2.2] fragment: %s', (redirectUri, expected) => {
    expect(url({ redirectUri, responseMode: 'fragment' })).toBe(expected)
  })

  it('[OAUTH-FPRM-2] form_post', () => {
    expect(responseOf(target({ responseMode: 'form_post' }), { code: 'c' }, ISSUER)).toEqual({
      by: 'form_post',
      redirectUri: 'https://app.example/cb',
      fields: { code: 'c', state: 's', iss: ISSUER },
    })
  })

  it('okta_post_message goes to the origin alone', () => {
    const message = target({ responseMode: 'okta_post_message' })
    expect(responseOf(message, { code: 'c' }, ISSUER)).toEqual({
      by: 'okta_post_message',
      origin: 'https://app.example',
      data: { code: 'c', state: 's', iss: ISSUER },
    })
  })

  it('[RFC9207-2] iss is always there, state only when it was sent', () => {
    expect(url({ state: null })).toBe(`https://app.example/cb?${TAIL.replace('state=s&', '')}`)
    expect(url({ state: '' })).toBe(`https://app.example/cb?${TAIL.replace('state=s', 'state=')}`)
  })
})

describe('errors', () => {
  it('[RFC6749-4.1.2.1] carry error, error_description, state and iss', () => {
    const answer = errorResponseOf(target(), new OAuthError('login_required'), ISSUER)
    const { searchParams } = new URL(answer.by === 'redirect' ? answer.url : '')
    expect([...searchParams]).toEqual([
      ['error', 'login_required'],
      ['error_description', reasons.login_required.description],
      ['state', 's'],
      ['iss', ISSUER],
    ])
  })

  it('[RFC6749-4.1.2.1] have descriptions of the characters that are allowed', () => {
    for (const name of Object.keys(reasons) as ReasonName[])
      expect(reasons[name].description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/)
    const odd = new OAuthError('invalid_request', 'a "b" \\ é\n')
    const form = errorResponseOf(target({ responseMode: 'form_post' }), odd, ISSUER)
    expect(form.by === 'form_post' && form.fields['error_description']).toBe('a ?b? ? ??')
  })
})

describe('laws', () => {
  const text = fc.string({ unit: 'binary' })

  /** As a client reads it: strictly by percent escapes, or as a form. */
  function read(response: AuthorizationResponse): readonly Record<string, unknown>[] {
    if (response.by === 'form_post') return [response.fields]
    if (response.by === 'okta_post_message') return [structuredClone(response.data)]
    const sent = response.url.replace(/^[^?#]*[?#]/, '')
    const pairs = sent.split('&').map((pair) => pair.split('=').map(decodeURIComponent))
    return [Object.fromEntries(pairs), Object.fromEntries(new URLSearchParams(sent))]
  }

  it('what is sent arrives byte-equal, in every mode', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RESPONSE_MODES), text, text, (responseMode, state, code) => {
        const response = responseOf(target({ responseMode, state }), { code }, ISSUER)
        for (const got of read(response)) expect(got).toEqual({ code, state, iss: ISSUER })
      }),
    )
  })

  it('an answer goes to the redirect URI and nowhere else, whatever the parameters', () => {
    fc.assert(
      fc.property(fc.constantFrom('query' as const, 'fragment' as const), text, (mode, state) => {
        const redirectUri = 'https://app.example/cb?own=1'
        const sent = url({ redirectUri, responseMode: mode, state }) as string
        expect(sent.startsWith(redirectUri)).toBe(true)
        expect(new URL(sent).origin).toBe('https://app.example')
        expect(new URL(sent).searchParams.get('own')).toBe('1')
      }),
    )
  })
})
