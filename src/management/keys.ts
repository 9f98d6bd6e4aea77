/** Signing keys of an authorization server: the published set and keyRotate. The key ring itself is always asked. */
import * as z from 'zod'
import { SIGNING_ALGORITHMS, type AuthorizationServer } from '../domain/authorization-server.ts'
import type { PublicKey, RingView } from '../domain/key-rotation.ts'
import { SelfLinks } from '../domain/output.ts'
import { orgServer } from '../issuer/org-server.ts'
import { accessTokenRing, publishedRing } from '../issuer/rings.ts'
import { publishedKeys } from '../keys/jwks.ts'
import { within } from '../platform/in-time.ts'
import { limits } from '../platform/limits.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { link, serverHref, serverOf } from './server-resource.ts'
import { outboxEntry, type ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { idParam, ListAnswer, route, type Route } from './route.ts'

const PATH = '/api/v1/authorizationServers/:authServerId/credentials'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

const KeyRotateInput = z
  .object({
    use: z.string(),
    /** Ours: every key that ever signed leaves the published set at once, and what was signed is dead. */
    emergency: z.boolean().default(false),
  })
  .meta({ id: 'KeyRotateInput' })

const KeyOutput = z
  .object({
    status: z.enum(['ACTIVE', 'NEXT', 'EXPIRED']),
    kid: z.string(),
    kty: z.enum(['RSA', 'EC', 'OKP']),
    alg: z.enum(SIGNING_ALGORITHMS),
    use: z.literal('sig'),
    n: z.string().optional(),
    e: z.string().optional(),
    crv: z.string().optional(),
    x: z.string().optional(),
    y: z.string().optional(),
    _links: SelfLinks,
  })
  .meta({ id: 'AuthorizationServerJsonWebKey' })

/** Members in Okta's order; those that another type of key has are undefined, and so not served. */
function present({ publicJwk, status }: PublicKey, serverUrl: string): Record<string, unknown> {
  const { alg, e, n, crv, x, y, kid, kty, use } = publicJwk
  const href = `${serverUrl}/credentials/keys/${kid}`
  return { status, alg, e, n, crv, x, y, kid, kty, use, _links: { self: link(href, 'GET') } }
}

async function asked(
  server: AuthorizationServer,
  ask: () => Promise<RingView | null>,
): Promise<RingView> {
  let ring: RingView | null
  try {
    ring = await within(ask(), limits.storageMillis.object)
  } catch (cause) {
    throw new StorageUnavailable(`the key ring of ${server.id}`, cause)
  }
  if (ring === null) throw new StorageUnavailable(`the key ring of ${server.id} is not ready`)
  return ring
}

async function ringOf(
  server: AuthorizationServer,
  { ports, nowSeconds }: ManagementContext,
): Promise<RingView> {
  const object = ports.keyRings.getByName(server.id)
  return asked(server, async () => {
    const known = (await object.read(nowSeconds)) as RingView | null
    if (known !== null) return known
    const { id: serverId, kind, signingAlgorithm: algorithm, rotationMode } = server
    if (kind === 'custom') {
      await ports.deliver(outboxEntry('key-ring.configure', serverId))
      return (await object.read(nowSeconds)) as RingView | null
    }
    return await object.configure({ serverId, algorithm, rotationMode }, nowSeconds)
  })
}

/** Rotates the ring of a server, which tells the log of it; one that was never made is made first. */
async function rotated(
  server: AuthorizationServer,
  emergency: boolean,
  context: ManagementContext,
): Promise<RingView> {
  const { ports, nowSeconds, occasion } = context
  await ringOf(server, context)
  const object = ports.keyRings.getByName(server.id)
  const by = { ...occasion, serverName: server.name }
  const ring = await asked(
    server,
    async () => (await object.rotate(nowSeconds, emergency, by)) as RingView | null,
  )
  ports.snapshots.forget('ring', server.id)
  return ring
}

function requireSignature(use: string): void {
  if (use !== 'sig') throw invalid('rotateKeys', "Invalid value specified for key 'use' parameter")
}

function presentAll(
  ring: RingView,
  server: AuthorizationServer,
  { origin, nowSeconds }: ManagementContext,
): ListAnswer {
  const url = serverHref(origin, server)
  return new ListAnswer(whole(publishedKeys(ring, nowSeconds).map((key) => present(key, url))))
}

export const keyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${PATH}/keys`,
    summary: 'List signing keys',
    scope: READ,
    output: z.array(KeyOutput),
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      return presentAll(await ringOf(server, context), server, context)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/keys/:keyId`,
    summary: 'Retrieve a signing key',
    scope: READ,
    output: KeyOutput,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      const kid = idParam(params, 'keyId', 'JsonWebKey')
      const ring = await ringOf(server, context)
      const key = publishedKeys(ring, context.nowSeconds).find((one) => one.kid === kid)
      if (key === undefined) throw notFound(kid, 'JsonWebKey')
      return present(key, serverHref(context.origin, server))
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/lifecycle/keyRotate`,
    summary: 'Rotate the signing keys',
    scope: MANAGE,
    body: KeyRotateInput,
    subject: 'rotateKeys',
    output: z.array(KeyOutput),
    async handle({ params, body }, context) {
      requireSignature(body.use)
      const server = await serverOf(params, context)
      return presentAll(await rotated(server, body.emergency, context), server, context)
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/org/credentials/lifecycle/keyRotate',
    summary: 'Rotate the keys of the org authorization server',
    scope: MANAGE,
    superAdminOnly: true,
    body: KeyRotateInput,
    subject: 'rotateKeys',
    output: z.array(KeyOutput),
    async handle({ body }, context) {
      requireSignature(body.use)
      const { server } = orgServer(context.origin)
      // Its access tokens have a ring of their own that is never shown.
      for (const name of [accessTokenRing(server.id), publishedRing(server.id)])
        await rotated({ ...server, id: name }, body.emergency, context)
      return presentAll(await ringOf(server, context), server, context)
    },
  }),
]
