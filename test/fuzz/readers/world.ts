/** The world of requests that nobody answers: artefacts are genuine, and what else there is has names alone. */
import { generateKeyPair } from 'jose'
import { writeArtefact, type ArtefactKind } from '../../../src/domain/artefact.ts'
import { writeSealed } from '../../../src/endpoints/sealed.ts'
import { readSettings } from '../../../src/platform/settings.ts'
import { testBindings } from '../../bindings.ts'
import type { World } from '../requests/world.ts'

export const SETTINGS = readSettings(testBindings)
const { keyEncryption: keys, origin } = SETTINGS

const artefact = (kind: ArtefactKind): Promise<string> =>
  writeArtefact(kind, { userId: '00u1', id: `id-${kind}`, serverId: 'aus1', generation: 1, secret: 's'.repeat(43) }, keys) // prettier-ignore

const sealed = (kind: string): Promise<string> =>
  writeSealed('transaction', kind, { id: 'x', serverId: 'aus1', request: { scopes: ['openid'] }, began: 0 }, keys) // prettier-ignore

const segment = (content: object): string =>
  new TextEncoder().encode(JSON.stringify(content)).toBase64({ alphabet: 'base64url', omitPadding: true }) // prettier-ignore

const token = (jti: string): string =>
  `${segment({ alg: 'ES256', kid: 'k1' })}.${segment({ ver: 1, jti, iss: `${origin}/oauth2/aus1`, aud: 'api://test', iat: 1, exp: 2, cid: '0oa1', uid: '00u1', scp: ['openid'], sub: 'a' })}.${'A'.repeat(86)}` // prettier-ignore

const { privateKey } = await generateKeyPair('ES256')

const client = (name: string) => ({
  clientId: `0oa${name}`,
  secret: `secret-${name}-`.padEnd(40, 'x'),
})
const browserMark = `__Host-edgemint_browser_abcdefgh=${'m'.repeat(43)}`
const session = await artefact('session')

export const WORLD: World = {
  origin,
  serverId: 'aus1',
  idxServerId: 'aus2',
  callback: 'https://app.example/callback',
  page: 'https://app.example',
  service: client('service'),
  web: client('web'),
  browserApp: { clientId: '0oabrowser', secret: '' },
  keyed: { clientId: '0oakeyed', kid: 'k1', privateKey },
  hmac: client('hmac'),
  person: { id: '00u1', login: 'ann@people.example', password: 'a password' },
  guessedAt: 'bob@people.example',
  verifier: 'v'.repeat(43),
  artefacts: {
    accessToken: token('AT.1.oar1'),
    orgAccessToken: token('AT.2.oar1'),
    machineToken: token('AT.3'),
    idToken: token('ID.1.oar1'),
    refreshToken: await artefact('refresh-token'),
    code: await artefact('code'),
    interactionCode: await artefact('interaction-code'),
    session,
    transaction: await sealed('sign-in'),
    consentTransaction: await sealed('consent'),
    signOutTransaction: await sealed('sign-out'),
    stateHandle: await sealed('state-handle'),
    interactionHandle: await sealed('interaction-handle'),
    sessionToken: await sealed('session-token'),
    recoveryToken: await artefact('recovery-token'),
    recoveryState: await artefact('recovery-state'),
    activationToken: await artefact('activation-token'),
  },
  markCookie: browserMark,
  sessionCookie: `${browserMark}; __Host-edgemint_session=${session}`,
  administrators: [`Bearer ${token('AT.4')}`, `SSWS ${testBindings.BOOTSTRAP_API_TOKEN}`],
  ids: Object.fromEntries(['authServerId', 'policyId', 'ruleId', 'claimId', 'scopeId', 'userId', 'groupId', 'appId', 'clientId', 'inlineHookId', 'trustedOriginId'].map((name) => [name, `00${name}1`])),
  target: client('target'),
  bodies: {},
  cursors: [segment(['00u1', 'a']), segment(['a', 1]), 'MTc5LjEuMg'],
  secrets: [],
} // prettier-ignore
