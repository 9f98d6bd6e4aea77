/** A request that waited is made again of what was kept of it: the same request, or a refusal by the client of now. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parametersOf } from '../../../src/authorize/asked.ts'
import { checkAuthorizationRequest } from '../../../src/authorize/checks.ts'
import { AuthorizeRefused } from '../../../src/authorize/refused.ts'
import type { AuthorizationRequest } from '../../../src/authorize/request.ts'
import {
  ask,
  aWebClient,
  CALLBACK,
  CHALLENGE,
  refusalOf,
  server,
  type ClientChanges,
} from './support.ts'

const again = (request: AuthorizationRequest, client: ClientChanges = {}): AuthorizationRequest =>
  checkAuthorizationRequest(parametersOf(request), server, aWebClient(client), request.endpoint)

const optional = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const anyText = fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined })
const names = fc.dictionary(fc.string({ maxLength: 20 }), fc.constantFrom(null, 0, {}))
const conditions = fc.record(
  {
    sub: fc.constantFrom(null, { value: '00u1' }),
    acr: fc.constantFrom(
      null,
      { essential: true },
      { value: 'urn:a' },
      { essential: true, values: ['urn:b', 'urn:okta:loa:1fa:pwd'] },
    ),
  },
  { requiredKeys: [] },
)
const inIdToken = fc.tuple(names, conditions).map(([some, others]) => ({ ...some, ...others }))

const parameters = fc.record({
  response_type: fc.constantFrom('code', 'id_token', 'token id_token', 'code id_token token'),
  response_mode: optional('query', 'fragment', 'form_post', 'okta_post_message'),
  scope: fc.constantFrom('openid', 'openid read', 'read  openid offline_access'),
  state: anyText,
  nonce: anyText,
  prompt: optional('none', 'login', 'consent  login'),
  max_age: optional('0', '10', '007'),
  login_hint: anyText,
  id_token_hint: anyText,
  acr_values: anyText,
  ui_locales: anyText,
  display: optional('popup', 'none'),
  claims: fc.option(
    fc
      .record({ userinfo: names, id_token: inIdToken }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
    { nil: undefined },
  ),
  code_challenge: fc.constantFrom(CHALLENGE, undefined),
  sessionToken: anyText,
})

describe('a request that goes on', () => {
  it('is the same request, whatever it asked for', () => {
    fc.assert(
      fc.property(parameters, (sent) => {
        const method = sent.code_challenge === undefined ? undefined : 'S256'
        const full = Object.fromEntries(
          Object.entries({ ...sent, code_challenge_method: method }).filter(
            ([, text]) => text !== '',
          ),
        )
        let request: AuthorizationRequest
        try {
          request = ask(full)
        } catch (error) {
          fc.pre(!(error instanceof AuthorizeRefused))
          throw error
        }
        expect(again(request)).toEqual(request)
      }),
    )
  })

  it('keeps the one redirect URI that it left unsaid', () => {
    const request = ask({ redirect_uri: undefined, scope: 'read' })
    expect(again(request)).toEqual(request)
  })

  it.each([
    ['unregistered_redirect_uri', { flows: { redirectUris: ['https://app.example/new'] } }],
    ['pkce_missing_challenge', { flows: { pkceRequired: true } }],
    ['response_type_not_registered', { flows: { responseTypes: ['id_token'] } }],
    ['grant_not_enabled', { grantTypes: ['implicit'] }],
    ['inactive_client', { status: 'INACTIVE' }],
  ] as const)('is refused (%s) by a client that changed', (reason, changes) => {
    expect(refusalOf(() => again(ask(), changes as ClientChanges)).reason).toBe(reason)
  })

  it('tells an unregistered redirect URI nothing', () => {
    const refusal = refusalOf(() => again(ask(), { flows: { redirectUris: [`${CALLBACK}/new`] } }))
    expect(refusal.target).toBeNull()
  })
})
