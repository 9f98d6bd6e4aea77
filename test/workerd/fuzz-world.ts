/** An org with one of everything that requests can be about, made anew for each stretch of requests. */
import { API_TOKEN, testBindings } from '../bindings.ts'
import { managementRoutes } from '../../src/management/routes.ts'
import type { World } from '../fuzz/requests/world.ts'
import { anAdministrator } from './app-support.ts'
import { answerOf, Browser, hiddenInputs } from './browser.ts'
import { aCode, anIdxApp, anIdxServer, begun, introspected, PAGE } from './idx-support.ts'
import { filled, managedThings } from './managed-things.ts'
import { exchange, recoveryTokenOf } from './recovery-support.ts'
import { cookieOf, sessionTokenOf } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  ORG_BASE,
  PASSWORD,
} from './sign-in-support.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  api,
  made,
  mintWith,
  ORIGIN,
  type Json,
} from './support.ts'
import { aPeopleServer, arrived, tokensFor } from './token-support.ts'
import { aProfile, USERS } from './user-support.ts'

const transactionIn = (html: string): string => hiddenInputs(html)['transaction'] ?? ''

const SCOPES = [...new Set(managementRoutes.map(({ scope }) => scope))]

/** What the API says of a thing it takes back; of many it takes it for another one, too. */
async function takenBodies(ids: World['ids']): Promise<World['bodies']> {
  const bodies: Record<string, unknown> = {}
  for (const { path } of managementRoutes.filter(({ method, body }) => method === 'PUT' && body !== null)) {
    const response = await api('GET', filled(path, ids))
    if (response.status !== 200) continue
    const body: unknown = await response.json()
    bodies[`PUT ${path}`] = body
    bodies[`POST ${path}`] = body
    bodies[`POST ${path.replace(/\/:\w+$/, '')}`] = body
  }
  return bodies
} // prettier-ignore

async function someCursors(ids: World['ids']): Promise<readonly string[]> {
  const cursors: string[] = []
  for (const { path } of managementRoutes.filter(({ method, query }) => method === 'GET' && 'after' in query)) {
    const response = await api('GET', `${filled(path, ids)}?limit=1`)
    const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    if (next !== undefined) cursors.push(new URL(next).searchParams.get('after') ?? '')
  }
  return cursors
} // prettier-ignore

/** What earlier requests left that would stand in the way of a world: rooms that are full, attributes that all must have. */
async function swept(): Promise<void> {
  for (const { id } of (await (await api('GET', '/api/v1/inlineHooks')).json()) as Json[]) {
    await api('POST', `/api/v1/inlineHooks/${id}/lifecycle/deactivate`)
    await api('DELETE', `/api/v1/inlineHooks/${id}`)
  }
  const schema = '/api/v1/meta/schemas/user/default'
  const { definitions } = await made(200, 'GET', schema)
  const names = Object.keys(definitions['custom']?.['properties'] ?? {})
  const properties = Object.fromEntries(names.map((name) => [name, null]))
  if (names.length > 0) await made(200, 'POST', schema, { definitions: { custom: { properties } } })
}

export async function aWorld(): Promise<World> {
  await swept()
  const administrators = await anAdministrator('SUPER_ADMIN', ...SCOPES)
  const after = `${PAGE}/after`
  const server = await aPeopleServer({
    scopes: [{ name: 'read' }, { name: 'asked', consent: 'REQUIRED' }],
  })
  const web = await aSignInApp({ post_logout_redirect_uris: [after], consent_method: 'REQUIRED' })
  const browserApp = await anIdxApp()
  const idxServer = await anIdxServer()
  const keyed = await aKeyedClient()
  const service = await aClient()
  const hmac = await aClient('client_secret_jwt')
  const person = await aPersonWithPassword()

  const signedIn = new Browser()
  const scope = 'openid offline_access'
  const tokens = await tokensFor(server.issuer, web, person, { scope }, signedIn)
  const org = await tokensFor(ORG_BASE, web, person, {}, signedIn)
  const { code = '' } = answerOf(await arrived(server.issuer, web, person, {}, signedIn))
  const consent = await arrived(server.issuer, web, person, { scope: 'asked' }, signedIn)
  const leaving = await signedIn.get(`${ORG_BASE}/v1/logout`)
  const [, machine] = await answered(await mintWith(server, service))

  const waiting = new Browser()
  const signInPage = await waiting.get(authorizeUrl(server.issuer, web))
  const interaction = await begun(idxServer.issuer, browserApp)
  const { stateHandle } = await introspected(interaction)
  const interactionCode = await aCode(idxServer.issuer, browserApp, person)
  const { activationToken } = await made(
    200,
    'POST',
    `${USERS}/${(await made(200, 'POST', `${USERS}?activate=false`, { profile: aProfile() }))['id']}/lifecycle/activate?sendEmail=false`,
  )
  const [, exchanged] = await answered(await exchange(await recoveryTokenOf(person)))
  const session = [...signedIn.cookies].find(([name]) => name.endsWith('_session'))![1]

  const mutable = await managedThings()

  return {
    origin: ORIGIN,
    serverId: server.id,
    idxServerId: idxServer.id,
    callback: CALLBACK,
    page: PAGE,
    service,
    web,
    browserApp,
    keyed: { clientId: keyed.clientId, kid: keyed.jwk.kid!, privateKey: keyed.privateKey },
    hmac,
    person: { id: person.id, login: person.login, password: PASSWORD },
    guessedAt: (await aPersonWithPassword()).login,
    verifier: interactionCode.verifier,
    artefacts: {
      accessToken: tokens['access_token'],
      orgAccessToken: org['access_token'],
      machineToken: machine['access_token'],
      idToken: tokens['id_token'],
      refreshToken: tokens['refresh_token'],
      code,
      interactionCode: interactionCode.code,
      session,
      transaction: transactionIn(signInPage.html),
      consentTransaction: transactionIn(consent.html),
      signOutTransaction: transactionIn(leaving.html),
      stateHandle,
      interactionHandle: interaction.interactionHandle,
      sessionToken: await sessionTokenOf(person),
      recoveryToken: await recoveryTokenOf(person),
      recoveryState: exchanged['stateToken'],
      activationToken,
    },
    markCookie: [cookieOf(waiting), cookieOf(interaction.page.browser)].join('; '),
    sessionCookie: cookieOf(signedIn),
    administrators: [administrators, `SSWS ${API_TOKEN}`],
    ...mutable,
    bodies: await takenBodies(mutable.ids),
    cursors: await someCursors(mutable.ids),
    secrets: [
      testBindings.KEY_ENCRYPTION_KEY,
      testBindings.BOOTSTRAP_API_TOKEN,
      testBindings.BOOTSTRAP_ADMIN_PASSWORD,
      PASSWORD,
      web.secret,
      service.secret,
      hmac.secret,
    ],
  }
}
