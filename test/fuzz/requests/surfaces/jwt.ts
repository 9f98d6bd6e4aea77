/** JWTs, codes, handles and everything else that the Worker hands out or that clients sign, where it is read again. */
import type { Random } from '../../random.ts'
import type { Answer } from '../answers.ts'
import { anyJson, forged, signedByClient } from '../artefacts.ts'
import { FORM, posted, written } from '../fields.ts'
import { basicOf } from '../forms.ts'
import { bytesOf, type Input, type Pairs } from '../input.ts'
import type { Case, Surface } from '../surface.ts'
import type { ArtefactName, World } from '../world.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

interface Place {
  readonly name: ArtefactName
  /** The request that brings a text in the place of the artefact. */
  readonly bring: (text: string, world: World) => Input
  readonly isTaken: (answer: Answer) => boolean
}

const form = (path: string, fields: Pairs, headers: Pairs = []): Input => ({
  method: 'POST',
  target: path,
  headers: [...headers, ['content-type', FORM]],
  body: bytesOf(new URLSearchParams(fields as [string, string][]).toString()),
})

const json = (path: string, body: unknown, headers: Pairs = []): Input => ({
  method: 'POST',
  target: path,
  headers: [...headers, ['content-type', 'application/json']],
  body: bytesOf(JSON.stringify(body)),
})

const get = (path: string, fields: Pairs, headers: Pairs = []): Input => ({
  method: 'GET',
  target: `${path}?${new URLSearchParams(fields as [string, string][]).toString()}`,
  headers,
  body: null,
})

const succeeds = ({ status }: Answer): boolean => status < 300
const isActive = ({ json }: Answer): boolean =>
  (json as { active?: unknown } | null)?.active === true
const isSignedIn = ({ headers }: Answer): boolean =>
  /[?&#](code|id_token)=/.test(headers.get('location') ?? '')

const cookie = (of: (world: World) => string, world: World): Pairs => [['cookie', of(world)], ['origin', world.origin]] // prettier-ignore
const marks = ({ markCookie }: World): string => markCookie
const session = ({ sessionCookie }: World): string => sessionCookie

const at = ({ serverId }: World, name: string): string => `/oauth2/${serverId}/v1/${name}`

const TOKENS: readonly ArtefactName[] = ['accessToken', 'machineToken', 'idToken', 'refreshToken']
const authorization = (client: Parameters<typeof basicOf>[0]): Pairs => [['authorization', basicOf(client)]] // prettier-ignore

const PLACES: readonly Place[] = [
  ...TOKENS.map((name): Place => ({
    name,
    bring: (token, world) => form(at(world, 'introspect'), [['token', token]], authorization(world.web)),
    isTaken: isActive,
  })),
  ...TOKENS.map((name): Place => ({
    name,
    bring: (token, world) => form(at(world, 'revoke'), [['token', token]], authorization(world.web)),
    isTaken: () => false,
  })),
  { name: 'accessToken', bring: (token, world) => get(at(world, 'userinfo'), [], [['authorization', `Bearer ${token}`]]), isTaken: succeeds },
  { name: 'accessToken', bring: (token, world) => form(at(world, 'userinfo'), [['access_token', token]]), isTaken: succeeds },
  { name: 'orgAccessToken', bring: (token) => get('/oauth2/v1/userinfo', [], [['authorization', `Bearer ${token}`]]), isTaken: succeeds },
  { name: 'orgAccessToken', bring: (token) => get('/api/v1/users/me', [], [['authorization', `Bearer ${token}`]]), isTaken: succeeds },
  { name: 'code', bring: (code, world) => form(at(world, 'token'), [['grant_type', 'authorization_code'], ['code', code], ['redirect_uri', world.callback]], authorization(world.web)), isTaken: succeeds },
  { name: 'refreshToken', bring: (token, world) => form(at(world, 'token'), [['grant_type', 'refresh_token'], ['refresh_token', token]], authorization(world.web)), isTaken: succeeds },
  { name: 'interactionCode', bring: (code, world) => form(`/oauth2/${world.idxServerId}/v1/token`, [['grant_type', 'interaction_code'], ['interaction_code', code], ['code_verifier', world.verifier], ['client_id', world.browserApp.clientId]]), isTaken: succeeds },
  { name: 'transaction', bring: (transaction, world) => form('/signin', [['transaction', transaction], ['identifier', world.person.login], ['password', world.person.password]], cookie(marks, world)), isTaken: ({ headers }) => headers.getSetCookie().some((one) => one.includes('_session=')) },
  { name: 'consentTransaction', bring: (transaction, world) => form('/consent', [['transaction', transaction], ['decision', 'allow']], cookie(session, world)), isTaken: isSignedIn },
  { name: 'signOutTransaction', bring: (transaction, world) => form('/signout', [['transaction', transaction]], cookie(session, world)), isTaken: ({ headers }) => headers.getSetCookie().some((one) => one.includes('_session=;')) },
  { name: 'idToken', bring: (hint, world) => get(at(world, 'logout'), [['id_token_hint', hint], ['post_logout_redirect_uri', `${world.page}/after`]]), isTaken: ({ headers }) => headers.has('location') },
  { name: 'idToken', bring: (hint, world) => get(at(world, 'authorize'), [['client_id', world.web.clientId], ['redirect_uri', world.callback], ['response_type', 'code'], ['scope', 'openid'], ['prompt', 'none'], ['id_token_hint', hint]]), isTaken: isSignedIn },
  { name: 'sessionToken', bring: (token, world) => get(at(world, 'authorize'), [['client_id', world.web.clientId], ['redirect_uri', world.callback], ['response_type', 'code'], ['scope', 'openid'], ['prompt', 'none'], ['sessionToken', token]]), isTaken: isSignedIn },
  { name: 'sessionToken', bring: (sessionToken) => json('/api/v1/sessions', { sessionToken }), isTaken: succeeds },
  { name: 'sessionToken', bring: (token, { page }) => get('/login/sessionCookieRedirect', [['token', token], ['redirectUrl', page]]), isTaken: ({ headers }) => headers.getSetCookie().some((one) => one.includes('_session=')) },
  { name: 'recoveryToken', bring: (recoveryToken) => json('/api/v1/authn/recovery/token', { recoveryToken }), isTaken: succeeds },
  { name: 'recoveryToken', bring: (token) => get('/signin/reset-password', [['token', token]]), isTaken: succeeds },
  { name: 'activationToken', bring: (token) => get('/signin/activate', [['token', token]]), isTaken: succeeds },
  { name: 'activationToken', bring: (token) => json('/api/v1/authn', { token }), isTaken: succeeds },
  { name: 'recoveryState', bring: (stateToken) => json('/api/v1/authn', { stateToken }), isTaken: succeeds },
  { name: 'recoveryState', bring: (stateToken) => json('/api/v1/authn/credentials/reset_password', { stateToken, newPassword: 'Another-Horse-8-battery' }), isTaken: succeeds },
  { name: 'interactionHandle', bring: (interactionHandle, world) => json('/idp/idx/introspect', { interactionHandle }, [...cookie(marks, world).slice(0, 1), ['origin', world.page]]), isTaken: succeeds },
  { name: 'stateHandle', bring: (stateHandle, world) => json('/idp/idx/introspect', { stateHandle }, [...cookie(marks, world).slice(0, 1), ['origin', world.page]]), isTaken: succeeds },
  { name: 'stateHandle', bring: (stateHandle, world) => json('/idp/idx/identify', { stateHandle, identifier: world.person.login, credentials: { passcode: world.person.password } }, [...cookie(marks, world).slice(0, 1), ['origin', world.page]]), isTaken: succeeds },
] // prettier-ignore

const now = (): number => Math.floor(Date.now() / 1000)

/** What a client signs may be right, and then it is taken. */
async function clientSigned(random: Random, world: World): Promise<Case> {
  const { keyed, hmac, web, callback, origin, serverId } = world
  const { clientId } = random.one([keyed, hmac])
  const aud = random.one([`${origin}/oauth2/${serverId}/v1/token`, `${origin}/oauth2/${serverId}`])
  const claims = { iss: clientId, sub: clientId, aud, iat: now(), exp: now() + 300, jti: `j${random.next()}` } // prettier-ignore
  if (random.chance(0.7)) {
    const name = random.one(['token', 'introspect', 'revoke'])
    const own: Pairs = name === 'token' ? [['grant_type', 'client_credentials'], ['scope', 'read']] : [['token', 'x']] // prettier-ignore
    const assertion = await signedByClient(random, claims, world)
    const fields: Pairs = [...own, ['client_assertion_type', ASSERTION_TYPE], ['client_assertion', assertion]] // prettier-ignore
    return { kind: 'client assertion', input: form(at(world, name), fields) }
  }
  const asked = { iss: web.clientId, aud: `${origin}/oauth2/${serverId}`, client_id: web.clientId, redirect_uri: callback, response_type: 'code', scope: 'openid', exp: now() + 300, iat: now() } // prettier-ignore
  const request = await signedByClient(random, asked, world)
  const fields: Pairs = [['client_id', web.clientId], ['redirect_uri', callback], ['response_type', 'code'], ['scope', 'openid'], ['request', request]] // prettier-ignore
  return { kind: 'request object', input: get(at(world, 'authorize'), fields) }
}

/** The `claims` parameter, OpenID Connect Core §5.5. */
function claimsParameter(random: Random, world: World): Case {
  const part = (): unknown => (random.chance(0.3) ? anyJson(random, 3) : Object.fromEntries(random.some(4, () => [random.one(['acr', 'sub', 'auth_time', 'email', '__proto__', 'constructor']), random.chance(0.5) ? null : { essential: anyJson(random, 0), value: anyJson(random, 1), values: anyJson(random, 2) }]))) // prettier-ignore
  const claims = random.chance(0.2) ? anyJson(random, 4) : { id_token: part(), userinfo: part() }
  const fields: Pairs = [['client_id', world.web.clientId], ['redirect_uri', world.callback], ['response_type', 'code'], ['scope', 'openid'], ['claims', JSON.stringify(claims)]] // prettier-ignore
  const path = at(world, 'authorize')
  if (random.chance(0.7)) return { kind: 'claims', input: get(path, fields) }
  const input = { method: 'POST', target: path, ...posted(random, written(random, fields), FORM, 0.1) } // prettier-ignore
  return { kind: 'claims', input }
}

function artefact(random: Random, world: World): Case {
  const { name, bring, isTaken } = random.one(PLACES)
  return { kind: name, input: bring(forged(random, name, world), world), isTaken }
}

export const jwt: Surface = {
  name: 'jwt',
  make: (random, world) =>
    random.weighted<() => Case | Promise<Case>>([
      [8, () => artefact(random, world)],
      [2, () => clientSigned(random, world)],
      [1, () => claimsParameter(random, world)],
    ])(),
}
