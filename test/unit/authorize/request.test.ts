/** What an authorization request means when nothing is wrong with it: defaults, what is read and what is passed over. */
import { describe, expect, it } from 'vitest'
import { aCompiledServer, aScope, theOrgServer } from '../support/builders.ts'
import { ask, CALLBACK, CHALLENGE, refusalOf, type Changes, type ClientChanges } from './support.ts'

describe('a request of a code', () => {
  it('[RFC6749-4.1.1] is all defaults where it says nothing', () => {
    expect(ask({ state: undefined })).toEqual({
      endpoint: 'authorize',
      clientId: 'client-1',
      responseTypes: ['code'],
      redirectUri: CALLBACK,
      responseMode: 'query',
      state: null,
      isRedirectUriImplied: false,
      scopes: ['openid'],
      nonce: null,
      prompts: [],
      maxAge: null,
      loginHint: null,
      idTokenHint: null,
      acrValues: [],
      uiLocales: [],
      display: null,
      essentialAcr: [],
      claims: { userinfo: [], idToken: [] },
      subject: null,
      codeChallenge: null,
      sessionToken: null,
    })
  })

  it('[OIDC-3.1.2.1] has what it says', () => {
    expect(
      ask({
        scope: 'read openid email',
        nonce: 'n',
        prompt: 'consent login',
        max_age: '2147483647',
        login_hint: 'ann@example.com',
        id_token_hint: 'a.b.c',
        acr_values: 'urn:a  urn:b urn:a',
        ui_locales: 'fr-CA de',
        display: 'popup',
        claims: '{"userinfo":{"name":{"essential":true},"email":null},"id_token":{"acr":{}},"x":1}',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        sessionToken: 'one-time',
      }),
    ).toMatchObject({
      scopes: ['read', 'openid', 'email'],
      nonce: 'n',
      prompts: ['login', 'consent'],
      maxAge: 2_147_483_647,
      loginHint: 'ann@example.com',
      idTokenHint: 'a.b.c',
      acrValues: ['urn:a', 'urn:b', 'urn:okta:loa:1fa:any', 'urn:okta:loa:1fa:pwd'],
      essentialAcr: [],
      uiLocales: ['fr-CA', 'de'],
      display: 'popup',
      claims: { userinfo: ['name', 'email'], idToken: [] },
      subject: null,
      codeChallenge: CHALLENGE,
      sessionToken: 'one-time',
    })
  })

  it.each<[string, Changes]>([
    ['an unknown display', { display: 'hologram' }],
    ['a long login_hint', { login_hint: 'x'.repeat(5000) }],
    ['very many acr_values', { acr_values: 'a b '.repeat(5000) }],
    ['locales that are none', { ui_locales: '!!', claims_locales: 'se' }],
    ['unknown parameters', { extra: 'foobar', resource: 'x' }],
    ['a long sessionToken', { sessionToken: 'x'.repeat(5000) }],
    ['null members of claims', { claims: '{"userinfo":null}' }],
  ])('is not refused for %s', (_, changes) => {
    expect(ask(changes).scopes).toEqual(['openid'])
  })

  it.each(['2147483648', '1.5', '', ' 1', '1e3', '99999999999'])(
    '[OIDC-3.1.2.1] max_age %j',
    (text) => {
      expect(refusalOf(() => ask({ max_age: text })).reason).toBe('invalid_max_age')
    },
  )

  it.each(['null', '7', '{', '{"userinfo":[]}', '{"id_token":"x"}', `{"x":"${'y'.repeat(4096)}"}`])(
    '[OIDC-5.5] claims %j',
    (claims) => {
      expect(refusalOf(() => ask({ claims })).reason).toBe('invalid_claims')
    },
  )

  it('state has at most 1,024 bytes', () => {
    expect(ask({ state: 'é'.repeat(512) }).state).toBe('é'.repeat(512))
    expect(refusalOf(() => ask({ state: `${'é'.repeat(512)}x` })).reason).toBe('invalid_state')
    expect(refusalOf(() => ask({ state: '\ud800' })).reason).toBe('invalid_state')
  })
})

const inIdToken = (members: unknown): string => JSON.stringify({ id_token: members })
const PWD = 'urn:okta:loa:1fa:pwd'

describe('values of claims', () => {
  it.each<[string, unknown, acrValues: readonly string[], essential: readonly string[]]>([
    ['no acr', { name: null }, ['own'], []],
    ['any acr', { acr: null }, ['own', 'urn:okta:loa:1fa:any', PWD], []],
    [
      'any acr, essentially',
      { acr: { essential: true } },
      ['own', 'urn:okta:loa:1fa:any', PWD],
      [],
    ],
    ['a value', { acr: { value: 'a' } }, ['a', 'own'], []],
    ['values', { acr: { values: ['a', 'b', 'a', 7, 'c d', ''] } }, ['a', 'b', 'own'], []],
    ['not essential', { acr: { essential: 1, values: ['a'] } }, ['a', 'own'], []],
    ['essential', { acr: { essential: true, values: ['a', PWD] } }, ['a', PWD, 'own'], ['a', PWD]],
  ])('[OIDC-5.5.1.1] acr: %s', (_, members, acrValues, essentialAcr) => {
    const request = ask({ claims: inIdToken(members), acr_values: 'own' })
    expect(request).toMatchObject({ acrValues, essentialAcr })
  })

  it('[OIDC-5.5.1.1] what is essential and cannot be met is refused', () => {
    const claims = inIdToken({ acr: { essential: true, values: ['phr', 'urn:other'] } })
    const refusal = refusalOf(() => ask({ claims }))
    expect([refusal.reason, refusal.error, refusal.parameter]).toEqual([
      'acr_not_met',
      'unmet_authentication_requirements',
      'claims',
    ])
    expect(ask({ claims: inIdToken({ acr: { values: ['phr'] } }) }).acrValues).toEqual(['phr'])
  })

  it('[OIDC-3.1.2.2] a subject is the only one who will do', () => {
    expect(ask({ claims: inIdToken({ sub: { value: '00u1' } }) }).subject).toBe('00u1')
    for (const sub of [null, {}, { essential: true }, { value: null }])
      expect(ask({ claims: inIdToken({ sub }) }).subject).toBeNull()
    expect(ask({ claims: '{"userinfo":{"sub":{"value":"00u1"}}}' }).subject).toBeNull()
    for (const value of ['', 7, ['00u1'], 'x'.repeat(256)])
      expect(refusalOf(() => ask({ claims: inIdToken({ sub: { value } }) })).reason).toBe(
        'invalid_claims',
      )
  })
})

describe('response types and modes', () => {
  it.each([
    ['token id_token code', ['code', 'id_token', 'token'], 'fragment'],
    ['id_token', ['id_token'], 'fragment'],
    ['token', ['token'], 'fragment'],
    ['code', ['code'], 'query'],
  ])('[OAUTH-MRT-5] %s', (text, types, mode) => {
    const request = ask({ response_type: text, nonce: 'n' })
    expect([request.responseTypes, request.responseMode]).toEqual([types, mode])
  })

  it('okta_post_message takes a code with a challenge, and tokens', () => {
    const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
    const mode = (changes: Changes): string =>
      ask({ response_mode: 'okta_post_message', ...changes }).responseMode
    expect(mode(pkce)).toBe('okta_post_message')
    expect(mode({ response_type: 'id_token token', nonce: 'n' })).toBe('okta_post_message')
  })

  it('a client needs the grant of each part', () => {
    const needs = (response_type: string, grantTypes: string[]): string =>
      refusalOf(() => ask({ response_type, nonce: 'n' }, { grantTypes })).description
    expect(needs('code', ['implicit'])).toContain('Configured grant types: [implicit].')
    for (const type of ['token', 'id_token', 'code token'])
      expect(needs(type, ['authorization_code'])).toContain('not authorized')
    expect(needs('code id_token', ['implicit'])).toContain('not authorized')
  })
})

describe('the redirect URI that is not sent', () => {
  const oauth = { redirect_uri: undefined, scope: 'read' }

  it('[RFC6749-3.1.2.3] is the only registered one', () => {
    expect(ask(oauth)).toMatchObject({ redirectUri: CALLBACK, isRedirectUriImplied: true })
  })

  it.each<[string, Changes, ClientChanges]>([
    ['[OIDC-3.1.2.1] in an OpenID request', { redirect_uri: undefined }, {}],
    [
      '[RFC6749-3.1.2.3] when several are registered',
      oauth,
      { flows: { redirectUris: ['https://a/', 'https://b/'] } },
    ],
    ['when none is registered', oauth, { flows: { redirectUris: [] } }],
  ])('is missed %s', (_, parameters, client) => {
    const { reason, target } = refusalOf(() => ask(parameters, client))
    expect([reason, target]).toEqual(['missing_redirect_uri', null])
  })
})

describe('[RFC7636-4.4.1] PKCE', () => {
  const sent = (code_challenge: string | undefined, code_challenge_method?: string): Changes => ({
    code_challenge,
    code_challenge_method,
  })

  it.each<[string, ClientChanges, Changes]>([
    ['a public client without a challenge', { authMethod: 'none' }, sent(undefined)],
    ['a client that must use it', { flows: { pkceRequired: true } }, sent(undefined)],
    ['no method', {}, sent(CHALLENGE)],
    ['method plain', {}, sent(CHALLENGE, 'plain')],
    ['a method by another case', {}, sent(CHALLENGE, 's256')],
    ['a method without a challenge', {}, sent(undefined, 'S256')],
    ['a short challenge', {}, sent(CHALLENGE.slice(1), 'S256')],
    ['a long challenge', {}, sent(`${CHALLENGE}a`, 'S256')],
    ['other characters', {}, sent(CHALLENGE.replace('-', '+'), 'S256')],
  ])('refuses %s', (_, client, parameters) => {
    const { error, parameter } = refusalOf(() => ask(parameters, client))
    expect([error, parameter]).toEqual([
      'invalid_request',
      expect.stringMatching(/^code_challenge/),
    ])
  })

  it('takes the challenge of a public client, and of any other', () => {
    for (const authMethod of ['none', 'client_secret_basic'] as const)
      expect(ask(sent(CHALLENGE, 'S256'), { authMethod }).codeChallenge).toBe(CHALLENGE)
  })

  it('means nothing without a code', () => {
    for (const pkce of [sent('x', 'plain'), sent(CHALLENGE, 'S256'), sent(undefined)]) {
      const tokens = { response_type: 'token', nonce: 'n', ...pkce }
      expect(ask(tokens, { flows: { pkceRequired: true } }).codeChallenge).toBeNull()
    }
  })
})

describe('nonce', () => {
  it.each(['id_token', 'id_token token', 'code id_token', 'code id_token token'])(
    '[OIDC-3.2.2.1] [OIDC-3.3.2.11] is required for %s',
    (response_type) => {
      expect(refusalOf(() => ask({ response_type })).reason).toBe('missing_nonce')
      expect(ask({ response_type, nonce: 'n' }).nonce).toBe('n')
    },
  )

  it.each(['code', 'token', 'code token'])(
    '[OIDC-3.3.2.11] is not, where no ID token comes through the browser: %s',
    (response_type) => {
      expect(ask({ response_type }).nonce).toBeNull()
      expect(ask({ response_type, nonce: 'n' }).nonce).toBe('n')
    },
  )
})

describe('scopes', () => {
  it('[OIDC-11] offline_access is dropped where no refresh token can come of it', () => {
    const scopes = (changes: Changes, client: ClientChanges = {}): readonly string[] =>
      ask({ scope: 'openid offline_access', nonce: 'n', ...changes }, client).scopes
    expect(scopes({})).toEqual(['openid', 'offline_access'])
    expect(scopes({ response_type: 'code id_token' })).toEqual(['openid', 'offline_access'])
    expect(scopes({ response_type: 'id_token' })).toEqual(['openid'])
    expect(scopes({}, { grantTypes: ['authorization_code'] })).toEqual(['openid'])
  })

  it('none are asked for where the server has default scopes', () => {
    const withDefault = aCompiledServer({ scopes: [aScope('read', { default: true })] })
    expect(ask({ scope: undefined }, {}, withDefault)).toMatchObject({ scopes: [] })
    expect(ask({ scope: undefined, redirect_uri: undefined }, {}, withDefault).scopes).toEqual([])
    const idToken = { scope: undefined, response_type: 'id_token', nonce: 'n' }
    expect(refusalOf(() => ask(idToken, {}, withDefault)).reason).toBe('openid_scope_required')
  })

  it('of OpenID need openid', () => {
    expect(refusalOf(() => ask({ scope: 'email' })).reason).toBe('openid_scope_required')
    expect(refusalOf(() => ask({ scope: 'read profile' })).reason).toBe('openid_scope_required')
    expect(ask({ scope: 'profile openid' }).scopes).toEqual(['profile', 'openid'])
    expect(ask({ scope: 'read offline_access' }).scopes).toEqual(['read', 'offline_access'])
  })

  it.each([
    ['openid profile email address phone offline_access groups', null],
    ['openid okta.apps.read', null],
    ['okta.apps.read', null],
    ['openid okta.users.read', 'org_scopes_not_granted'],
    ['openid okta.moon.read', 'unknown_scope'],
    ['openid read', 'unknown_scope'],
    ['openid device_sso', 'unknown_scope'],
    ['groups', 'openid_scope_required'],
    [undefined, 'no_default_scopes'],
  ])('at the org server: %s', (scope, reason) => {
    const attempt = (): unknown => ask({ scope }, { orgScopes: ['okta.apps.read'] }, theOrgServer())
    if (reason === null) expect(attempt()).toMatchObject({ scopes: scope!.split(' ') })
    else expect(refusalOf(attempt).reason).toBe(reason)
  })
})
