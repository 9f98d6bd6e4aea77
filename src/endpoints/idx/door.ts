/**
 * The door of Okta's Identity Engine, at which pages of apps ask people to sign in: with the browser's cookies, so that
 * only pages which may ask for the app can do anything, and read what comes of it. Which they are depends on the app,
 * and only the request itself names that; a preflight decides nothing.
 */
import type { Context, Hono } from 'hono'
import { logFault } from '../../platform/log.ts'
import { SchemaMismatch, StorageUnavailable } from '../../platform/storage-errors.ts'
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../../protocol/cross-origin.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { NOSNIFF } from '../../protocol/safe-headers.ts'
import { tellRefusal } from '../authorize.ts'
import { mayAskFor } from '../calling-page.ts'
import { ServerNotFound } from '../confirm.ts'
import type { ProtocolContext } from '../context.ts'
import { errorAnswer } from '../responses.ts'
import {
  contextOf,
  issuerOf,
  serverPaths,
  unknownServerAnswer,
  type ProtocolDoor,
} from '../routes.ts'
import { visitOf } from '../visit.ts'
import { refused, toResponse } from './answer.ts'
import { called } from './called.ts'
import { CALLS, type Call } from './calls.ts'
import { interact } from './interact.ts'
import { IDX_PATH } from './screens.ts'

const PREFLIGHT_SECONDS = '600'

export function mountIdx<E extends { Bindings: Cloudflare.Env }>(
  app: Hono<E>,
  door: (env: E['Bindings']) => ProtocolDoor,
): void {
  for (const path of serverPaths('interact')) {
    app.post(path, (c) => interaction(c, door(c.env)))
    app.options(path, (c) => preflight(c))
    app.all(path, (c) => {
      const context = contextOf(c, door(c.env))
      return finished(refusal(new OAuthError('method_not_allowed'), context), context, false)
    })
  }
  for (const [name, call] of CALLS) {
    const path = `${IDX_PATH}/${name}`
    app.post(path, (c) => step(c, door(c.env), call))
    app.options(path, (c) => preflight(c))
    app.all(path, (c) => {
      const response = toResponse(refused('not_post'))
      response.headers.set('allow', 'POST, OPTIONS')
      return finished(response, contextOf(c, door(c.env)), false)
    })
  }
}

function preflight(c: Context): Response {
  const origin = c.req.header('origin')
  return new Response(null, {
    status: 204,
    headers: {
      vary: 'Origin',
      ...(origin !== undefined && credentialed(origin)),
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
      'cache-control': 'no-store',
      ...NOSNIFF,
    },
  })
}

const credentialed = (origin: string): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
})

/** What every answer says, and what the page that may read it is told. */
function finished(response: Response, context: ProtocolContext, isReadable: boolean): Response {
  const { origin, requestId } = context
  const added = {
    'x-okta-request-id': requestId,
    'cache-control': 'no-store',
    pragma: 'no-cache',
    ...NOSNIFF,
    'cross-origin-resource-policy': 'same-origin',
    vary: 'Origin',
    ...(origin !== null &&
      isReadable && {
        ...credentialed(origin),
        'access-control-expose-headers': EXPOSED_HEADERS,
      }),
  }
  for (const [name, value] of Object.entries(added)) response.headers.set(name, value)
  return response
}

async function interaction(c: Context, door: ProtocolDoor): Promise<Response> {
  const context = contextOf(c, door)
  let response: Response
  try {
    response = await interact(c.req.raw, context)
  } catch (error) {
    if (error instanceof OAuthError && error.status !== 503)
      tellRefusal(error, await visitOf(c.req.raw, context))
    response = refusal(error, context)
  }
  return finished(response, context, await mayRead(context))
}

/** Whether the page may know what became of what it asked, as far as it is known which app that was for. */
async function mayRead(context: ProtocolContext): Promise<boolean> {
  const { client } = context.progress
  try {
    return await mayAskFor(client?.flows ?? { redirectUris: [] }, context)
  } catch (cause) {
    logFault('trusted-origins', {}, cause)
    return false
  }
}

/** As the other endpoints of a server say it. */
function refusal(error: unknown, context: ProtocolContext): Response {
  const { serverId } = context
  if (error instanceof OAuthError) return errorAnswer(null, error, issuerOf(context, serverId))
  if (error instanceof ServerNotFound) return unknownServerAnswer(serverId)
  if (!(error instanceof StorageUnavailable) || error instanceof SchemaMismatch) throw error
  logFault('storage', { serverId }, error.cause ?? error)
  return errorAnswer(null, new OAuthError('temporarily_unavailable'), issuerOf(context, serverId))
}

async function step(c: Context, door: ProtocolDoor, call: Call): Promise<Response> {
  const context = contextOf(c, door)
  try {
    const { response, isReadable } = await called(call, context)
    return finished(response, context, isReadable)
  } catch (error) {
    const isAway =
      (error instanceof OAuthError && error.status === 503) ||
      (error instanceof StorageUnavailable && !(error instanceof SchemaMismatch))
    if (!isAway) throw error
    logFault('storage', { requestId: context.requestId }, error.cause ?? error)
    return finished(toResponse(refused('away')), context, await mayRead(context))
  }
}
