/**
 * The protocol door: each endpoint once for the org server and once for custom servers, metadata at every placement
 * (suffix and path insertion, RFC 8414 §3.1 and §5), and the only catch of OAuthError.
 */
import type { Hono } from 'hono'
import { type Context } from 'hono'
import { DEFAULT_SERVER_ID, ORG_SERVER_ID } from '../domain/authorization-server.ts'
import { customServerId, RESOURCE_METADATA, urlsOf, type ServerUrls } from '../issuer/urls.ts'
import { logFault } from '../platform/log.ts'
import { nextRequestId } from '../platform/random.ts'
import { SchemaMismatch, StorageUnavailable } from '../platform/storage-errors.ts'
import { ApiError, apiErrorAnswer, errorEnvelope, notFound } from '../protocol/api-errors.ts'
import { ALLOWED_HEADERS } from '../protocol/cross-origin.ts'
import { OAuthError } from '../protocol/errors.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'
import { ServerNotFound } from './confirm.ts'
import type { ProtocolContext, ProtocolPorts } from './context.ts'
import { introspect } from './introspect.ts'
import {
  conditional,
  isOfClients,
  metadataAnswer,
  metadataPath,
  type MetadataKind,
  type MetadataProps,
} from './metadata.ts'
import { organization, ORGANIZATION_PATH } from './organization.ts'
import { challengeAnswer, errorAnswer, preflightAnswer } from './responses.ts'
import { revoke } from './revoke.ts'
import { token } from './token.ts'
import { noProgress, Refused } from './token-log.ts'
import { userinfo } from './userinfo.ts'

/** Calls the cached entrypoint for one issuer. */
export type FetchMetadata = (
  props: MetadataProps,
  path: string,
  context: ExecutionContext,
) => Promise<Response>

export interface ProtocolDoor {
  readonly ports: ProtocolPorts
  readonly fetchMetadata: FetchMetadata
  /** Known for good once it was read. */
  readonly orgId: () => Promise<string>
}

interface Endpoint {
  readonly methods: readonly string[]
  readonly refusal: (
    origin: string | null,
    error: OAuthError,
    urls: ServerUrls,
    methods: readonly string[],
  ) => Response
  readonly handle: (request: Request, context: ProtocolContext) => Promise<Response>
  /** Which refusals the system log is told of. */
  readonly told: 'all' | 'of clients' | 'none'
}

const POST: Pick<Endpoint, 'methods' | 'refusal'> = {
  methods: ['POST'],
  refusal: (origin, error, { issuer }, methods) => errorAnswer(origin, error, issuer, methods),
}

/** The endpoints that answer clients, by their last path segment. */
const endpoints: Readonly<Record<string, Endpoint>> = {
  token: { ...POST, handle: token, told: 'all' },
  introspect: { ...POST, handle: introspect, told: 'of clients' },
  revoke: { ...POST, handle: revoke, told: 'of clients' },
  userinfo: {
    methods: ['GET', 'POST'],
    refusal: challengeAnswer,
    handle: userinfo,
    told: 'none',
  },
}

const ID = 'authorizationServerId'

/** An endpoint at the org server and at custom ones. */
export const serverPaths = (name: string): readonly string[] => [
  `/oauth2/v1/${name}`,
  `/oauth2/:${ID}/v1/${name}`,
]

/** The server that a path means. */
function serverIdOf(c: Context): string {
  const segment = c.req.param(ID)
  if (segment === undefined) return ORG_SERVER_ID
  const serverId = customServerId(segment)
  if (serverId === null) throw new ServerNotFound()
  return serverId
}

/** HEAD is asked as GET, and its body left out. */
const serves = ({ methods }: Endpoint, method: string): boolean =>
  methods.includes(method === 'HEAD' ? 'GET' : method)

export function mountProtocol<E extends { Bindings: Cloudflare.Env }>(
  app: Hono<E>,
  door: (env: E['Bindings']) => ProtocolDoor,
): void {
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const refusing = { ...endpoint, ...otherMethods }
    for (const path of serverPaths(name)) {
      // One handler a path: with a second one the router makes a chain of them for each request.
      app.all(path, (c) => {
        if (c.req.method === 'OPTIONS') return preflightAnswer(c.req.raw, endpoint.methods)
        return answer(c, door(c.env), serves(endpoint, c.req.method) ? endpoint : refusing)
      })
    }
  }
  app.get(ORGANIZATION_PATH, async (c) => {
    const { ports, orgId } = door(c.env)
    return organization(c.req.raw, await orgId(), ports.settings.origin)
  })
  app.options(ORGANIZATION_PATH, () => metadataPreflight())
  app.all(ORGANIZATION_PATH, () =>
    apiErrorAnswer(new ApiError('E0000022'), { allow: 'GET, HEAD, OPTIONS' }),
  )
  const documents: readonly (readonly [MetadataKind, readonly string[]])[] = [
    ['keys', serverPaths('keys')],
    ['management-resource', [RESOURCE_METADATA]],
    ['userinfo-resource', serverPaths('userinfo').map((path) => RESOURCE_METADATA + path)],
    ['audience-resource', [`/oauth2/:${ID}${RESOURCE_METADATA}`]],
    ...(['oauth-authorization-server', 'openid-configuration'] as const).map(
      (kind) =>
        [
          kind,
          [
            `/.well-known/${kind}`,
            `/oauth2/:${ID}/.well-known/${kind}`,
            `/.well-known/${kind}/oauth2/:${ID}`,
          ],
        ] as const,
    ),
  ]
  for (const [kind, paths] of documents) {
    for (const path of paths) {
      app.get(path, (c) => metadata(c, door(c.env), kind))
      app.options(path, () => metadataPreflight())
    }
  }
}

const otherMethods: Pick<Endpoint, 'handle' | 'told'> = {
  handle: async () => {
    throw new OAuthError('method_not_allowed')
  },
  told: 'none',
}

/** One request, at the server that its path means; pages of the org are at the org server. */
export function contextOf(c: Context, { ports, orgId }: ProtocolDoor): ProtocolContext {
  const request = c.req.raw
  const { executionCtx } = c
  return {
    ...ports,
    serverId: serverIdOf(c),
    origin: request.headers.get('origin'),
    request,
    requestId: nextRequestId(),
    progress: noProgress(),
    orgId,
    waitUntil: (work) => executionCtx.waitUntil(work),
  }
}

async function answer(c: Context, door: ProtocolDoor, endpoint: Endpoint): Promise<Response> {
  const request = c.req.raw
  const context = contextOf(c, door)
  let response: Response
  try {
    response = await endpoint.handle(request, context)
  } catch (error) {
    response = refusalAnswer(error, context, endpoint)
  }
  response.headers.set('x-okta-request-id', context.requestId)
  return response
}

function refusalAnswer(error: unknown, context: ProtocolContext, endpoint: Endpoint): Response {
  const { told, methods, refusal } = endpoint
  const { origin, serverId } = context
  if (error instanceof OAuthError) {
    const isOfClient = error.error === 'invalid_client'
    if (told === 'all' || (told === 'of clients' && isOfClient)) tellRefusal(error, context)
    return refusal(origin, error, serverUrlsOf(context, serverId), methods)
  }
  if (error instanceof ServerNotFound) return unknownServerAnswer(serverId)
  if (error instanceof StorageUnavailable && !(error instanceof SchemaMismatch)) {
    logFault('storage', { serverId }, error.cause ?? error)
    return errorAnswer(
      origin,
      new OAuthError('temporarily_unavailable'),
      issuerOf(context, serverId),
    )
  }
  throw error
}

/** A fault of ours is no refusal. */
function tellRefusal(error: OAuthError, context: ProtocolContext): void {
  if (error.reason === 'temporarily_unavailable') return
  const { serverId, progress, log, waitUntil } = context
  log.push(new Refused(serverId, error, progress), context, waitUntil)
}

function serverUrlsOf({ settings }: ProtocolPorts, serverId: string): ServerUrls {
  const kind = serverId === ORG_SERVER_ID ? 'org' : 'custom'
  const isDefault = serverId === DEFAULT_SERVER_ID
  return urlsOf(settings.origin, { id: serverId, kind, isDefault })
}

export const issuerOf = (ports: ProtocolPorts, serverId: string): string =>
  serverUrlsOf(ports, serverId).issuer

async function metadata(c: Context, door: ProtocolDoor, kind: MetadataKind): Promise<Response> {
  const { ports, fetchMetadata } = door
  const { settings, snapshots } = ports
  const serverId = serverIdOf(c)
  const waitUntil = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work)
  // A client id makes the document that client's; one that does not exist is told so before any cache is asked.
  const clientId = c.req.query('client_id')
  if (clientId !== undefined && isOfClients(kind)) {
    const wanted = { serverId: null, clientId, ring: null }
    const { client } = await snapshots.get(wanted, waitUntil)
    if (client === null) return unknownClientAnswer()
  }
  const fromEdge = (): Promise<Response> => {
    const props = { issuer: settings.origin, serverId }
    return fetchMetadata(props, metadataPath(kind), c.executionCtx as ExecutionContext)
  }
  const answer = metadataAnswer(kind, serverId, { snapshots, waitUntil }, fromEdge)
  return conditional(c.req.raw, await orUnknownServer(serverId, answer))
}

/** A document, or the word that there is no such server. */
export async function orUnknownServer(
  serverId: string,
  document: Promise<Response>,
): Promise<Response> {
  try {
    return await document
  } catch (error) {
    if (error instanceof ServerNotFound) return unknownServerAnswer(serverId)
    throw error
  }
}

const metadataPreflight = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': '3600',
      'cache-control': 'no-store',
      ...NOSNIFF,
    },
  })

/** Both doors say it in the management envelope, as Okta does. */
export const unknownServerAnswer = (serverId: string): Response =>
  apiErrorAnswer(notFound(serverId, 'AuthorizationServer'), { 'access-control-allow-origin': '*' })

/** The management envelope around an OAuth error, as Okta answers a bad client_id at discovery. */
function unknownClientAnswer(): Response {
  const { error, description } = new OAuthError('unknown_client')
  const envelope = errorEnvelope(new ApiError('E0000001'))
  return Response.json(
    { ...envelope, errorCode: error, errorSummary: description, errorLink: error },
    {
      status: 400,
      headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*', ...NOSNIFF },
    },
  )
}
