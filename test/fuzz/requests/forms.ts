/** Requests with parameters that the Worker takes, before anything is wrong with them. */
import type { Random } from '../random.ts'
import type { Pairs } from './input.ts'
import type { ArtefactName, KnownClient, World } from './world.ts'

export interface Form {
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly fields: Pairs
  readonly headers: Pairs
}

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export const basicOf = ({ clientId, secret }: KnownClient): string =>
  `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}`

/** Fields without those that have no value. */
const given = (fields: Readonly<Record<string, string | null>>): Pairs =>
  Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  )

/** A client's credentials, in one of the places for them. */
function authenticated(
  random: Random,
  client: KnownClient,
): { readonly fields: Pairs; readonly headers: Pairs } {
  const { clientId, secret } = client
  if (secret === '') return { fields: [['client_id', clientId]], headers: [] }
  return random.chance(0.7)
    ? { fields: [], headers: [['authorization', basicOf(client)]] }
    : { fields: given({ client_id: clientId, client_secret: secret }), headers: [] }
}

const server = ({ serverId }: World, name: string): string => `/oauth2/${serverId}/v1/${name}`

function token(random: Random, world: World): Form {
  const { artefacts, callback, guessedAt, service, web, browserApp, verifier } = world
  const rows = [
    [service, { grant_type: 'client_credentials', scope: 'read' }],
    [web, { grant_type: 'authorization_code', code: artefacts.code, redirect_uri: callback }],
    [web, { grant_type: 'refresh_token', refresh_token: artefacts.refreshToken, scope: random.chance(0.5) ? 'openid' : null }],
    [web, { grant_type: 'password', username: guessedAt, password: 'not the one', scope: 'openid' }],
    [browserApp, { grant_type: 'interaction_code', interaction_code: artefacts.interactionCode, code_verifier: verifier }],
    [service, { grant_type: 'client_credentials', scope: 'read', client_assertion_type: ASSERTION, client_assertion: artefacts.idToken }],
    [service, { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: artefacts.code }],
    [service, { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: artefacts.accessToken }],
  ] as const // prettier-ignore
  // Wrong passwords are hashed, and counted against the person.
  const [client, fields] = random.weighted(rows.map((row, at) => [at === 3 ? 0.02 : 1, row]))
  const { fields: credentials, headers } = authenticated(random, client)
  const path = client === browserApp ? `/oauth2/${world.idxServerId}/v1/token` : server(world, 'token') // prettier-ignore
  return { path, method: 'POST', fields: [...given(fields), ...credentials], headers }
}

/** What is revoked is gone from the corpus. */
const REVOKED: readonly ArtefactName[] = ['idToken', 'code', 'session']
const TOKENS: readonly ArtefactName[] = ['accessToken', 'orgAccessToken', 'machineToken', 'idToken', 'refreshToken', 'code', 'session'] // prettier-ignore

function tokenOperation(random: Random, world: World): Form {
  const [name, tokens] = random.one([
    ['introspect', TOKENS],
    ['revoke', random.chance(0.01) ? TOKENS : REVOKED],
  ] as const)
  const { fields, headers } = authenticated(random, random.one([world.web, world.service]))
  const hint = random.chance(0.5) ? random.one(['access_token', 'refresh_token', 'id_token']) : null // prettier-ignore
  const token = world.artefacts[random.one(tokens)]
  const path = random.chance(0.2) ? `/oauth2/v1/${name}` : server(world, name)
  return { path, method: 'POST', fields: [...given({ token, token_type_hint: hint }), ...fields], headers } // prettier-ignore
}

function authorize(random: Random, world: World): Form {
  const { web, callback, artefacts } = world
  const sometimes = <Value>(value: Value): Value | null => (random.chance(0.25) ? value : null)
  const fields = given({
    client_id: web.clientId,
    redirect_uri: callback,
    response_type: random.one(['code', 'code', 'token', 'id_token token', 'code id_token', 'code token']), // prettier-ignore
    scope: random.one(['openid', 'openid profile email offline_access', 'read', 'openid read']),
    state: random.one(['s', 'é😀', '"<>']),
    nonce: 'n-0S6_WzA2Mj',
    response_mode: sometimes(random.one(['query', 'fragment', 'form_post', 'okta_post_message'])),
    prompt: sometimes(random.one(['none', 'login', 'consent', 'login consent', 'none login'])),
    max_age: sometimes(random.one(['0', '1', '3600', '2147483647'])),
    display: sometimes('page'),
    login_hint: sometimes(world.person.login),
    ui_locales: sometimes('de-AT de en'),
    acr_values: sometimes('urn:okta:loa:1fa:any phr'),
    claims: sometimes('{"id_token":{"acr":{"essential":true},"sub":null},"userinfo":{"email":null}}'),
    code_challenge: sometimes('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'),
    code_challenge_method: sometimes('S256'),
    id_token_hint: sometimes(artefacts.idToken),
    sessionToken: sometimes(artefacts.sessionToken),
    request: random.chance(0.05) ? artefacts.idToken : null,
    request_uri: random.chance(0.02) ? 'https://app.example/request' : null,
  })
  const method = random.one(['GET', 'GET', 'POST'] as const)
  const headers: Pairs = random.chance(0.5) ? [['cookie', world.sessionCookie]] : []
  return { path: random.chance(0.3) ? '/oauth2/v1/authorize' : server(world, 'authorize'), method, fields, headers } // prettier-ignore
} // prettier-ignore

function logout(random: Random, world: World): Form {
  const fields = given({
    id_token_hint: random.chance(0.6) ? world.artefacts.idToken : null,
    client_id: random.chance(0.4) ? world.web.clientId : null,
    post_logout_redirect_uri: random.chance(0.7) ? `${world.page}/after` : null,
    state: random.chance(0.5) ? 's' : null,
  })
  // Without a session, so that the one of the corpus lives on.
  return { path: server(world, 'logout'), method: random.one(['GET', 'POST']), fields, headers: [] }
}

function interact(random: Random, world: World): Form {
  const fields = given({
    client_id: world.browserApp.clientId,
    scope: 'openid',
    redirect_uri: world.callback,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 's',
    nonce: random.chance(0.3) ? 'n' : null,
    login_hint: random.chance(0.3) ? world.person.login : null,
    prompt: random.chance(0.2) ? 'login' : null,
  })
  const path = `/oauth2/${world.idxServerId}/v1/interact`
  return { path, method: 'POST', fields, headers: [['origin', world.page]] }
}

/** The forms of the org's own pages, as its pages fill them in. No password is right, and few are compared. */
function pageForm(random: Random, world: World): Form {
  const { artefacts, guessedAt, origin, markCookie, sessionCookie, page } = world
  const rows: readonly (readonly [weight: number, path: string, Readonly<Record<string, string | null>>])[] = [
    [0.02, '/signin', { transaction: artefacts.transaction, identifier: guessedAt, password: 'wrong' }],
    [1, '/signin', { transaction: artefacts.transaction, identifier: '', password: '' }],
    [1, '/signin/password', { transaction: artefacts.transaction, proof: artefacts.transaction, newPassword: 'a', confirmPassword: 'b' }],
    [1, '/signin/reset-password', { transaction: artefacts.transaction, recovery: artefacts.recoveryToken, answer: '', newPassword: 'a', confirmPassword: 'b' }],
    [1, '/consent', { transaction: artefacts.consentTransaction, scope: 'read', decision: random.one(['deny', 'x']) }],
    [1, '/signout', { transaction: artefacts.signOutTransaction }],
    [1, '/login/sessionCookieRedirect', { token: artefacts.sessionToken, redirectUrl: `${page}/` }],
  ] // prettier-ignore
  const [path, fields] = random.weighted(
    rows.map(([weight, path, fields]) => [weight, [path, fields] as const]),
  )
  const cookie = path === '/consent' ? sessionCookie : markCookie
  return { path, method: 'POST', fields: given(fields), headers: [['cookie', cookie], ['origin', origin]] } // prettier-ignore
}

/** Pages that show what a parameter says. */
function shownPage(random: Random, { artefacts, markCookie, sessionCookie, page }: World): Form {
  const [path, fields] = random.one([
    ['/signin', { transaction: artefacts.transaction }],
    ['/consent', { transaction: artefacts.consentTransaction }],
    ['/signin/reset-password', { token: artefacts.recoveryToken }],
    ['/signin/activate', { token: artefacts.activationToken }],
    ['/login/sessionCookieRedirect', { token: artefacts.sessionToken, redirectUrl: page }],
    ['/auth/services/devicefingerprint', {}],
  ] as const)
  const cookie = path === '/consent' ? sessionCookie : markCookie
  return { path, method: 'GET', fields: given(fields), headers: [['cookie', cookie]] }
}

const userinfo = (_: Random, world: World): Form => ({
  path: server(world, 'userinfo'),
  method: 'POST',
  fields: [['access_token', world.artefacts.accessToken]],
  headers: [],
})

/** By what the figures call them. */
export const FORMS: Readonly<Record<string, (random: Random, world: World) => Form>> = {
  token,
  'introspect, revoke': tokenOperation,
  authorize,
  logout,
  interact,
  userinfo,
  'forms of pages': pageForm,
  pages: shownPage,
}

/** Every name that a parameter has anywhere, and names that objects have of themselves. */
export const FIELD_NAMES: readonly string[] = ['grant_type', 'scope', 'code', 'redirect_uri', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'code_verifier', 'refresh_token', 'interaction_code', 'username', 'password', 'token', 'token_type_hint', 'response_type', 'response_mode', 'state', 'nonce', 'prompt', 'max_age', 'display', 'login_hint', 'ui_locales', 'acr_values', 'claims', 'code_challenge', 'code_challenge_method', 'id_token_hint', 'sessionToken', 'request', 'request_uri', 'post_logout_redirect_uri', 'transaction', 'identifier', 'decision', 'proof', 'recovery', 'answer', 'newPassword', 'confirmPassword', 'redirectUrl', 'idp', 'resource', 'audience', 'access_token', 'dpop_jkt', '__proto__', 'constructor', 'toString'] // prettier-ignore
