/** JSON bodies: every write of the management API, made of what validates it, and the calls of pages that ask for people. */
import { schemasOf } from '../../../../src/management/openapi-schemas.ts'
import type { Route } from '../../../../src/management/route.ts'
import { managementRoutes } from '../../../../src/management/routes.ts'
import type { Random } from '../../random.ts'
import { posted } from '../fields.ts'
import { basicOf } from '../forms.ts'
import { bytesOf, type Input, type Pairs } from '../input.ts'
import { fromSchema, spoiledJson, spoiledJsonText } from '../schema.ts'
import type { Case, Surface } from '../surface.ts'
import { hostileText, repeatedly } from '../texts.ts'
import type { World } from '../world.ts'

const TYPE = 'application/json'
const { body: bodies, components } = schemasOf(managementRoutes)

/** What takes a key or a hash of its own is tried less often. */
const weightOf = ({ method, path }: Route): number =>
  (method === 'POST' && /\/(authorizationServers|users)$/.test(path)) || /credentials|password|lifecycle/.test(path) // prettier-ignore
    ? 0.2
    : 1

const ROUTES = [...bodies.keys()].map((route) => [weightOf(route), route] as const)

/** Where a path names something: mostly what there is. */
export const pathOf = (random: Random, path: string, { ids }: World): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) =>
    random.chance(0.03)
      ? encodeURIComponent(hostileText(random).toWellFormed().slice(0, 300))
      : (ids[name] ?? 'default'),
  )

const sentJson = (random: Random, value: unknown, wrong: number): Pick<Input, 'headers' | 'body'> => {
  const whole = JSON.stringify(value) ?? ''
  const text = random.chance(wrong) ? spoiledJsonText(random, whole) : whole
  return posted(random, text, TYPE, wrong)
} // prettier-ignore

function write(random: Random, world: World): Case {
  const route = random.weighted(ROUTES)
  const { method, path } = route
  const known = world.bodies[`${method} ${path}`]
  const isKnown = known !== undefined && random.chance(0.6)
  const value = isKnown ? known : fromSchema(random, bodies.get(route)!, components)
  const spoiled = random.chance(0.3) ? value : repeatedly(random, value, (one) => spoiledJson(random, one)) // prettier-ignore
  const { headers, body } = sentJson(random, spoiled, 0.1)
  const authorization = random.chance(0.9) ? world.administrators[0] : world.administrators[1]
  const target = pathOf(random, path, world)
  return {
    kind: path.replace(/^\/api\/v1\//, '').split('/', 1)[0]!,
    input: { method, target, headers: [['authorization', authorization], ...headers], body },
  }
}

type Template = readonly [path: string, body: (world: World) => unknown]

const CLASSIC: readonly Template[] = [
  ['/api/v1/authn', ({ guessedAt }) => ({ username: guessedAt, password: '', relayState: 'x', options: { multiOptionalFactorEnroll: false, warnBeforePasswordExpired: false }, context: { deviceToken: 'd' } })],
  ['/api/v1/authn', ({ artefacts }) => ({ token: artefacts.code })],
  ['/api/v1/authn', ({ artefacts }) => ({ stateToken: artefacts.recoveryState })],
  ['/api/v1/authn/introspect', ({ artefacts }) => ({ stateToken: artefacts.recoveryState })],
  ['/api/v1/authn/cancel', ({ artefacts }) => ({ stateToken: artefacts.stateHandle })],
  ['/api/v1/authn/credentials/change_password', ({ artefacts }) => ({ stateToken: artefacts.stateHandle, oldPassword: 'a', newPassword: 'b', revokeSessions: true })],
  ['/api/v1/authn/credentials/reset_password', ({ artefacts }) => ({ stateToken: artefacts.recoveryState, newPassword: 'short' })],
  ['/api/v1/authn/recovery/password', ({ guessedAt }) => ({ username: guessedAt, factorType: 'EMAIL', relayState: 'x' })],
  ['/api/v1/authn/recovery/unlock', ({ guessedAt }) => ({ username: guessedAt, factorType: 'SMS' })],
  ['/api/v1/authn/recovery/token', ({ artefacts }) => ({ recoveryToken: artefacts.recoveryToken })],
  ['/api/v1/authn/recovery/answer', ({ artefacts }) => ({ stateToken: artefacts.recoveryState, answer: 'a', newPassword: 'b' })],
  ['/api/v1/sessions', ({ artefacts }) => ({ sessionToken: artefacts.code })],
] // prettier-ignore

const IDX: readonly Template[] = (
  [
  ['introspect', ({ artefacts }) => ({ interactionHandle: artefacts.interactionHandle })],
  ['introspect', ({ artefacts }) => ({ stateHandle: artefacts.stateHandle })],
  ['introspect', ({ artefacts }) => ({ stateToken: artefacts.stateHandle })],
  ['identify', ({ artefacts, guessedAt }) => ({ stateHandle: artefacts.stateHandle, identifier: guessedAt, rememberMe: true })],
  ['identify', ({ artefacts }) => ({ stateHandle: artefacts.stateHandle, identifier: '', credentials: { passcode: '' } })],
  ['challenge', ({ artefacts }) => ({ stateHandle: artefacts.stateHandle, authenticator: { id: 'x', methodType: 'password' } })],
  ['challenge/answer', ({ artefacts }) => ({ stateHandle: artefacts.stateHandle, credentials: { passcode: '', revokeSessions: false } })],
  ['consent', ({ artefacts }) => ({ stateHandle: artefacts.stateHandle, consent: true })],
] satisfies readonly Template[]).map(([call, body]) => [`/idp/idx/${call}`, body]) // prettier-ignore

function call(random: Random, world: World): Case {
  const isIdx = random.chance(0.5)
  const [target, make] = random.one(isIdx ? IDX : CLASSIC)
  const value = make(world)
  const spoiled = random.chance(0.2) ? value : repeatedly(random, value, (one) => spoiledJson(random, one)) // prettier-ignore
  const own: Pairs = isIdx ? [['cookie', world.markCookie], ['origin', world.page]] : [] // prettier-ignore
  const trusted: Pairs = !isIdx && random.chance(0.3) ? [['authorization', world.administrators[1]]] : [] // prettier-ignore
  const type = isIdx && random.chance(0.5) ? 'application/ion+json; okta-version=1.0.0' : null
  const { headers, body } = sentJson(random, spoiled, 0.15)
  const typed = headers.map(([name, value]) => [name, name === 'content-type' && value === TYPE ? (type ?? value) : value] as const) // prettier-ignore
  return { kind: target, input: { method: 'POST', target, headers: [...own, ...trusted, ...typed], body } } // prettier-ignore
}

const READ = managementRoutes.filter(({ method }) => method === 'GET')

/** What was written is read, listed and used for tokens: nothing that was let in may break that. */
function use(random: Random, world: World): Case {
  const { target, ids, administrators, callback } = world
  const server = ids['authServerId']
  const read = (path: string): Input => ({ method: 'GET', target: path, headers: [['authorization', administrators[0]]], body: null }) // prettier-ignore
  const input = random.weighted<() => Input>([
    [3, () => read(pathOf(random, random.one(READ).path, world))],
    [1, () => ({ ...read(`/oauth2/${server}/.well-known/openid-configuration`), headers: [] })],
    [1, () => ({ ...read(`/oauth2/${server}/v1/authorize?client_id=${target.clientId}&redirect_uri=${callback}&response_type=code&scope=openid`), headers: [] })],
    [3, () => ({ method: 'POST', target: `/oauth2/${server}/v1/token`, headers: [['authorization', basicOf(target)], ['content-type', 'application/x-www-form-urlencoded']], body: bytesOf('grant_type=client_credentials&scope=read') })],
  ])() // prettier-ignore
  return { kind: 'use of what was written', input }
}

/** Now and then what there is goes. */
function remove(random: Random, world: World): Case {
  const { path, method } = random.one(
    managementRoutes.filter(({ method, path }) => method === 'DELETE' || path.includes('/lifecycle/')),
  )
  const headers: Pairs = [['authorization', world.administrators[0]]]
  return { kind: 'endings', input: { method, target: pathOf(random, path, world), headers, body: null } }
} // prettier-ignore

export const json: Surface = {
  name: 'json',
  make: (random, world) =>
    random.weighted([
      [6, write],
      [3, call],
      [0.7, use],
      [0.02, remove],
    ] as const)(random, world),
}
