/** The Authorization header wherever one is read: Basic, Bearer, SSWS, others, and what is none of them. */
import type { Random } from '../../random.ts'
import { FORM, posted, written } from '../fields.ts'
import { basicOf } from '../forms.ts'
import type { Input, Pairs } from '../input.ts'
import { bytesOf } from '../input.ts'
import type { Surface } from '../surface.ts'
import { hostileText, repeatedly, spoiledText } from '../texts.ts'
import { valuesOf, type World } from '../world.ts'

const SCHEMES = ['Basic', 'basic', 'BASIC', 'Bearer', 'bearer', 'SSWS', 'DPoP', 'Digest', 'Negotiate', '', 'Basic,', 'Bearer:', '__proto__'] as const // prettier-ignore

/** base64 of what credentials must not look like. */
function credentials(random: Random, world: World): string {
  const { service, web, browserApp } = world
  const { clientId, secret } = random.one([service, web, browserApp])
  const colon = random.one([':', ':', ':', '', '::', '%3A', '：'])
  const text = `${encodeURIComponent(clientId)}${colon}${encodeURIComponent(secret)}`
  const spoiled = repeatedly(random, text, (one) => spoiledText(random, one, valuesOf(world)))
  const bytes = random.chance(0.1) ? Uint8Array.from([0xff, ...bytesOf(spoiled)]) : bytesOf(spoiled)
  const options = random.one([{}, {}, {}, { omitPadding: true }, { alphabet: 'base64url' }] as const) // prettier-ignore
  return bytes.toBase64(options)
}

function header(random: Random, world: World): string {
  const { artefacts, administrators, service } = world
  const right = random.one([
    basicOf(service),
    `Bearer ${artefacts.accessToken}`,
    `Bearer ${artefacts.orgAccessToken}`,
    ...administrators,
  ])
  const value = (): string => right.slice(right.indexOf(' ') + 1)
  return random.weighted<() => string>([
    [4, () => `${random.one(['Basic', 'Basic', 'basic'])} ${credentials(random, world)}`],
    [2, () => repeatedly(random, right, (one) => spoiledText(random, one, valuesOf(world)))],
    [2, () => `${random.one(SCHEMES)}${random.one([' ', '  ', '\t', ''])}${value()}`],
    [1, () => `${random.one(SCHEMES)} ${hostileText(random)}`],
    [0.5, () => `Digest username="x", realm="${hostileText(random)}"`],
    [0.3, () => right],
    [0.5, () => hostileText(random)],
  ])()
}

/** Calls that read the header, of which none does harm. */
function call(random: Random, { serverId, artefacts, ids }: World): readonly [string, string, Pairs] {
  return random.one([
    ['POST', `/oauth2/${serverId}/v1/token`, [['grant_type', 'client_credentials'], ['scope', 'read']]],
    ['POST', `/oauth2/v1/token`, [['grant_type', 'client_credentials'], ['scope', 'okta.users.read']]],
    ['POST', `/oauth2/${serverId}/v1/introspect`, [['token', artefacts.accessToken]]],
    ['POST', `/oauth2/${serverId}/v1/revoke`, [['token', 'x']]],
    ['GET', `/oauth2/${serverId}/v1/userinfo`, []],
    ['GET', `/oauth2/v1/userinfo`, []],
    ['GET', `/api/v1/groups/${ids['groupId']}`, []],
    ['GET', '/api/v1/users/me', []],
    ['POST', '/api/v1/authn/recovery/password', []],
    ['GET', '/api/v1/sessions/me', []],
  ] as const)
} // prettier-ignore

export const basic: Surface = {
  name: 'basic',
  make: (random, world) => {
    const [method, target, fields] = call(random, world)
    const values = [header(random, world)]
    // Of several headers the platform makes one, with a comma.
    if (random.chance(0.05)) values.push(header(random, world))
    const own: Pairs = values.map((value) => ['authorization', value] as const)
    const sent: Pick<Input, 'headers' | 'body'> =
      method === 'GET'
        ? { headers: [], body: null }
        : posted(random, written(random, fields), FORM, 0)
    const kind = target.replace(/\/(aus|00g)\w+/, '/{id}')
    return { kind, input: { method, target, body: sent.body, headers: [...own, ...sent.headers] } }
  },
}
