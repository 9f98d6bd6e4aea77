/**
 * The matrix of checks of an authorization request: each row refuses what it says, on a page or at the redirect URI; the
 * order is the table's; and whatever comes, a refusal goes to a registered redirect URI or nowhere.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAuthorizationRequest, checks } from '../../../src/authorize/checks.ts'
import { AuthorizeRefused } from '../../../src/authorize/refused.ts'
import type { RequestEndpoint } from '../../../src/authorize/request.ts'
import { askedOf } from '../../../src/authorize/asked.ts'
import { parseAuthorizeParameters } from '../../../src/authorize/parameters.ts'
import type { Client } from '../../../src/domain/client.ts'
import type { CompiledServer } from '../../../src/issuer/compile.ts'
import { limits } from '../../../src/platform/limits.ts'
import type { ReasonName } from '../../../src/protocol/errors.ts'
import type { Form } from '../../../src/protocol/form.ts'
import { anyText, noise } from '../support/arbitraries.ts'
import { aCompiledServer, aScope, theOrgServer } from '../support/builders.ts'
import {
  ask,
  aWebClient,
  CALLBACK,
  CHALLENGE,
  form,
  refusalOf,
  server,
  type Changes,
  type ClientChanges,
} from './support.ts'

interface Fault {
  readonly check: string
  readonly reason: ReasonName
  readonly endpoint?: RequestEndpoint
  readonly parameters?: Changes
  readonly client?: ClientChanges | null
}

const many = (count: number): string => 'x'.repeat(count)

/** For each row of the table a request that only this row refuses. */
const faults: readonly Fault[] = [
  {
    check: 'client_id is there',
    reason: 'missing_client_id',
    parameters: { client_id: undefined },
    client: null,
  },
  { check: 'client is known', reason: 'unknown_client', client: null },
  { check: 'client is active', reason: 'inactive_client', client: { status: 'INACTIVE' } },
  {
    check: 'client has users',
    reason: 'service_app_refused',
    client: { applicationType: 'service' },
  },
  {
    check: 'redirect_uri is there',
    reason: 'missing_redirect_uri',
    parameters: { redirect_uri: undefined },
  },
  {
    check: 'redirect_uri is registered',
    reason: 'unregistered_redirect_uri',
    parameters: { redirect_uri: `${CALLBACK}/` },
  },
  {
    check: 'request_uri is not given',
    reason: 'request_uri_not_supported',
    parameters: { request_uri: 'urn:okta:1' },
  },
  {
    check: 'request object was opened',
    reason: 'request_object_malformed',
    parameters: { request: 'a.b.c' },
  },
  {
    check: 'state comes back as it is',
    reason: 'invalid_state',
    parameters: { state: many(1025) },
  },
  {
    check: 'response_type is there',
    reason: 'missing_response_type',
    parameters: { response_type: undefined },
  },
  {
    check: 'response_type is known',
    reason: 'unsupported_response_type',
    parameters: { response_type: 'code none' },
  },
  {
    check: 'response_type is registered',
    reason: 'response_type_not_registered',
    client: { flows: { responseTypes: ['token'] } },
  },
  {
    check: 'client has the grant',
    reason: 'grant_not_enabled',
    client: { grantTypes: ['implicit'] },
  },
  {
    check: 'response_mode is known',
    reason: 'unsupported_response_mode',
    parameters: { response_mode: 'jwt' },
  },
  {
    check: 'tokens are not sent in a query',
    reason: 'query_mode_with_tokens',
    parameters: { response_type: 'code token', response_mode: 'query', nonce: 'n' },
  },
  {
    check: 'messages have an origin',
    reason: 'post_message_without_origin',
    parameters: { response_mode: 'okta_post_message', redirect_uri: 'com.example:/cb' },
    client: { flows: { redirectUris: ['com.example:/cb'] } },
  },
  {
    check: 'a code in a message is bound',
    reason: 'post_message_without_challenge',
    parameters: { response_mode: 'okta_post_message' },
  },
  {
    check: 'nonce is there for ID tokens',
    reason: 'missing_nonce',
    parameters: { response_type: 'id_token' },
  },
  { check: 'nonce is readable', reason: 'invalid_nonce', parameters: { nonce: many(1025) } },
  {
    check: 'challenge of a method',
    reason: 'pkce_method_without_challenge',
    parameters: { code_challenge_method: 'S256' },
  },
  {
    check: 'challenge of an interaction code',
    reason: 'interaction_challenge_missing',
    endpoint: 'interact',
    client: { grantTypes: ['interaction_code'] },
  },
  {
    check: 'challenge is there where required',
    reason: 'pkce_missing_challenge',
    client: { flows: { pkceRequired: true } },
  },
  {
    check: 'challenge method is S256',
    reason: 'pkce_method_not_supported',
    parameters: { code_challenge: CHALLENGE, code_challenge_method: 'plain' },
  },
  {
    check: 'challenge is a hash',
    reason: 'pkce_invalid_challenge',
    parameters: { code_challenge: `${CHALLENGE}=`, code_challenge_method: 'S256' },
  },
  { check: 'prompt is known', reason: 'invalid_prompt', parameters: { prompt: 'login create' } },
  {
    check: 'prompt none stands alone',
    reason: 'prompt_none_with_others',
    parameters: { prompt: 'none login' },
  },
  { check: 'max_age is a number', reason: 'invalid_max_age', parameters: { max_age: '-1' } },
  {
    check: 'max_age 0 can prompt',
    reason: 'prompt_none_with_zero_max_age',
    parameters: { max_age: '0', prompt: 'none' },
  },
  {
    check: 'id_token_hint is bounded',
    reason: 'invalid_id_token_hint',
    parameters: { id_token_hint: many(limits.idTokenHintCharactersMax + 1) },
  },
  { check: 'claims are an object', reason: 'invalid_claims', parameters: { claims: '[]' } },
  {
    check: 'acr that must be met is',
    reason: 'acr_not_met',
    parameters: { claims: '{"id_token":{"acr":{"essential":true,"value":"phr"}}}' },
  },
  { check: 'scope is readable', reason: 'malformed_scope', parameters: { scope: 'openid "' } },
  {
    check: 'scopes or defaults',
    reason: 'no_default_scopes',
    parameters: { scope: undefined },
  },
  {
    check: 'scopes are of the server',
    reason: 'unknown_scope',
    parameters: { scope: 'openid okta.apps.read' },
  },
  {
    check: 'ID tokens need openid',
    reason: 'openid_scope_required',
    parameters: { scope: 'read', response_type: 'id_token', nonce: 'n' },
  },
  {
    check: 'all of it is bounded',
    reason: 'authorization_request_too_large',
    parameters: { state: '\u0001'.repeat(1024), id_token_hint: many(4000) },
  },
]

const at = (name: string): number => checks.findIndex((check) => check.name === name)

describe('each check', () => {
  it('has its fault here, in the order of the table', () => {
    expect(faults.map(({ check }) => check)).toEqual(checks.map(({ name }) => name))
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
  })

  it('on a page comes before those at the redirect URI', () => {
    const phases = checks.map(({ phase }) => phase)
    expect(phases).toEqual(phases.toSorted())
  })

  it.each(faults)('$check: $reason', ({ check, reason, endpoint, parameters, client }) => {
    const refusal = refusalOf(() => ask(parameters, client, server, endpoint))
    const row = checks[at(check)]!
    expect([refusal.reason, refusal.parameter]).toEqual([reason, row.parameter])
    expect(refusal.target === null ? 'page' : 'redirect').toBe(row.phase)
    if (refusal.target === null) return
    expect(refusal.target.redirectUri).toBe(form(parameters).get('redirect_uri'))
    expect(refusal.target.state).toBe(
      check.startsWith('state') ? null : form(parameters).get('state'),
    )
  })

  it('passes a request without a fault', () => {
    expect(ask()).toMatchObject({ clientId: 'client-1', scopes: ['openid'], state: 'the state' })
  })
})

describe('laws', () => {
  const names = [
    'client_id response_type response_mode redirect_uri scope state nonce prompt max_age login_hint',
    'id_token_hint acr_values ui_locales claims code_challenge code_challenge_method display',
    'sessionToken request extra __proto__',
  ].flatMap((line) => line.split(' '))
  const values = [
    `client-1,code,code id_token,token,none,query,fragment,form_post,okta_post_message,${CALLBACK}`,
    `${CALLBACK}?a=b,https://evil.example,http://127.0.0.1:9/cb,http://localhost/cb,constructor`,
    `openid,read,openid offline_access,login consent,0,60,S256,{"userinfo":{}},${CHALLENGE}`,
  ].flatMap((line) => line.split(','))
  const forms = fc
    .dictionary(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...values), anyText), {
      noNullPrototype: true,
    })
    .chain((some) =>
      fc.boolean().map((isNear) => (isNear ? form(some) : new Map(Object.entries(some)))),
    )
  const clients = fc.option(
    fc.record({
      applicationType: fc.constantFrom('web', 'native', 'browser', 'service'),
      authMethod: fc.constantFrom('none' as const, 'client_secret_basic' as const),
      grantTypes: fc.subarray([
        'authorization_code',
        'implicit',
        'refresh_token',
        'interaction_code',
      ]),
      flows: fc.record({
        redirectUris: fc.subarray([CALLBACK, `${CALLBACK}?a=b`, 'http://127.0.0.1/cb']),
        responseTypes: fc.subarray(['code', 'id_token', 'token']),
        pkceRequired: fc.boolean(),
      }),
    }),
  )
  const endpoints = fc.constantFrom<RequestEndpoint>('authorize', 'interact')
  const servers = fc.constantFrom(
    server,
    theOrgServer(),
    aCompiledServer({ scopes: [aScope('read', { default: true })] }),
  )

  /** The first row of the table that refuses, each asked by itself. */
  function firstRefusal(
    parameters: Form,
    compiled: CompiledServer,
    client: Client | null,
    endpoint: RequestEndpoint,
  ): string | null {
    for (const check of checks) {
      const refusal =
        check.phase === 'page'
          ? check.refuses({ parameters, client })
          : check.refuses(askedOf(parameters, compiled, client!, endpoint)!)
      if (refusal !== null) return check.name
    }
    return null
  }

  const faulty = fc.subarray([...faults], { minLength: 2, maxLength: 4 }).map((some) => ({
    parameters: form(Object.assign({}, ...some.map(({ parameters }) => parameters))),
    client: some.find(({ client }) => client !== undefined)?.client ?? {},
  }))

  it('the first row of the table that refuses is the one that is told', () => {
    const any = fc.oneof(faulty, fc.record({ parameters: forms, client: clients }))
    fc.assert(
      fc.property(
        any,
        servers,
        endpoints,
        ({ parameters, client: changes }, compiled, endpoint) => {
          const client = changes && aWebClient(changes)
          const expected = firstRefusal(parameters, compiled, client, endpoint)
          const check = () => checkAuthorizationRequest(parameters, compiled, client, endpoint)
          if (expected === null) {
            check()
            return
          }
          const row = checks.find(({ name }) => name === expected)!
          const refusal = refusalOf(check)
          expect(refusal.parameter).toBe(row.parameter)
          expect(refusal.target === null).toBe(row.phase === 'page')
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('whatever comes is a request or a refusal, and is answered at a registered URI or on a page', () => {
    fc.assert(
      fc.property(forms, clients, servers, (parameters, changes, compiled) => {
        const client = changes && aWebClient(changes)
        const registered = (uri: string): boolean =>
          client!.flows.redirectUris.includes(
            client!.applicationType === 'native' ? uri.replace('127.0.0.1:9', '127.0.0.1') : uri,
          )
        try {
          const request = checkAuthorizationRequest(parameters, compiled, client)
          expect(registered(request.redirectUri)).toBe(true)
          expect(JSON.parse(JSON.stringify(request))).toEqual(request)
          expect(request.state).toBe(parameters.get('state') ?? null)
        } catch (error) {
          if (!(error instanceof AuthorizeRefused)) throw error
          if (error.target !== null) expect(registered(error.target.redirectUri)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('whatever text comes is a form or a refusal on a page', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, noise(['a', '=', '&', '%', '%00', '+', 'state'], 60)),
        (text) => {
          try {
            parseAuthorizeParameters(text)
          } catch (error) {
            if (!(error instanceof AuthorizeRefused)) throw error
            expect(error.target).toBeNull()
          }
        },
      ),
    )
  })
})

describe('order', () => {
  it.each<[string, Changes, ClientChanges | null, ReasonName]>([
    [
      'an unknown client before everything it asks',
      { redirect_uri: 'https://evil.example', response_type: 'x' },
      null,
      'unknown_client',
    ],
    [
      'the redirect URI before the response type',
      { redirect_uri: 'https://evil.example', response_type: undefined },
      {},
      'unregistered_redirect_uri',
    ],
    [
      'the state before the response type',
      { state: many(1025), response_type: 'x' },
      {},
      'invalid_state',
    ],
    [
      'the response type before the mode',
      { response_type: 'x', response_mode: 'x' },
      {},
      'unsupported_response_type',
    ],
    ['PKCE before the scopes', { scope: 'x' }, { authMethod: 'none' }, 'pkce_missing_challenge'],
  ])('%s', (_, parameters, client, reason) => {
    expect(refusalOf(() => ask(parameters, client)).reason).toBe(reason)
  })
})

describe('an interaction', () => {
  const asked = (parameters: Changes = {}, client: ClientChanges = {}) =>
    ask(
      { code_challenge: CHALLENGE, code_challenge_method: 'S256', ...parameters },
      { grantTypes: ['interaction_code'], flows: { responseTypes: [] }, ...client },
      server,
      'interact',
    )

  it('is a request for a code, whatever response it names', () => {
    for (const parameters of [
      {},
      { response_type: undefined },
      { response_type: 'token', response_mode: 'form_post' },
    ])
      expect(asked(parameters)).toMatchObject({
        endpoint: 'interact',
        responseTypes: ['code'],
        responseMode: 'query',
      })
  })

  it('needs a grant of its own, which the authorization endpoint does not take', () => {
    const client = { grantTypes: ['authorization_code'] }
    expect(refusalOf(() => asked({}, client)).reason).toBe('interaction_code_not_enabled')
    expect(refusalOf(() => ask({}, { grantTypes: ['interaction_code'] })).reason).toBe(
      'grant_not_enabled',
    )
  })
})

describe('parameters', () => {
  it('[RFC6749-3.1] a repeated parameter is refused on a page, which names it', () => {
    const refusal = refusalOf(() => parseAuthorizeParameters('a=1&state=x&b=2&st%61te=x'))
    expect([refusal.error, refusal.parameter, refusal.target]).toEqual([
      'invalid_request',
      'state',
      null,
    ])
  })

  it('[RFC6749-3.1] an empty parameter is as if it were not there', () => {
    expect([...parseAuthorizeParameters('a=&b=1')]).toEqual([['b', '1']])
  })

  it('too much text is refused', () => {
    const refusal = refusalOf(() => parseAuthorizeParameters(many(limits.formBytesMax + 1)))
    expect(refusal.reason).toBe('body_too_large')
  })
})

describe('the mode of a refusal', () => {
  it.each<[string, Changes, string]>([
    ['a code: the query', { prompt: 'x' }, 'query'],
    ['tokens: the fragment', { prompt: 'x', response_type: 'code token', nonce: 'n' }, 'fragment'],
    ['the mode that was asked for', { prompt: 'x', response_mode: 'form_post' }, 'form_post'],
    ['also a fragment', { prompt: 'x', response_mode: 'fragment' }, 'fragment'],
    ['an unknown mode', { response_mode: 'x' }, 'query'],
    ['tokens in a query', { response_type: 'token', response_mode: 'query' }, 'fragment'],
    ['a message without a challenge', { response_mode: 'okta_post_message' }, 'okta_post_message'],
    ['[OIDC-3.1.2.6] no response type', { response_type: undefined }, 'query'],
    [
      'no response type, form_post',
      { response_type: undefined, response_mode: 'form_post' },
      'form_post',
    ],
    [
      'no response type, never a fragment',
      { response_type: undefined, response_mode: 'fragment' },
      'query',
    ],
    ['an unknown response type', { response_type: 'x', response_mode: 'fragment' }, 'query'],
    [
      'an unknown response type, message',
      { response_type: 'x', response_mode: 'okta_post_message' },
      'okta_post_message',
    ],
  ])('%s', (_, changes, mode) => {
    expect(refusalOf(() => ask(changes)).target?.responseMode).toBe(mode)
  })
})

describe('which refusals a newer configuration could turn around', () => {
  it.each<[ReasonName, boolean]>([
    ['unknown_client', true],
    ['inactive_client', true],
    ['service_app_refused', true],
    ['missing_redirect_uri', true],
    ['unregistered_redirect_uri', true],
    ['response_type_not_registered', true],
    ['grant_not_enabled', true],
    ['pkce_missing_challenge', true],
    ['interaction_challenge_missing', false],
    ['unknown_scope', true],
    ['no_default_scopes', true],
    ['missing_client_id', false],
    ['unsupported_response_type', false],
    ['invalid_state', false],
    ['missing_nonce', false],
  ])('%s: %s', (reason, confirmable) => {
    const fault = faults.find((one) => one.reason === reason)!
    const refused = refusalOf(() => ask(fault.parameters, fault.client, server, fault.endpoint))
    expect(refused.confirmable).toBe(confirmable)
  })
})
