/**
 * The door of Okta's Classic authentication API, which the pages of apps call with the browser's cookies: those of
 * trusted origins, and no other, may read its answers.
 */
import type { Context, Hono } from 'hono'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { SchemaMismatch, StorageUnavailable } from '../platform/storage-errors.ts'
import { ApiError, apiErrorAnswer } from '../protocol/api-errors.ts'
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../protocol/cross-origin.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'
import { AUTHN_PATH, CANCEL_PATH, CHANGE_PASSWORD_PATH, UNLOCK_PATH } from './authn-answers.ts'
import { authenticate } from './authn.ts'
import { cancelTransaction, changePassword, introspectTransaction } from './authn-transaction.ts'
import { isTrusted } from './calling-page.ts'
import type { ProtocolContext } from './context.ts'
import { OWN_USER_PATH, readOwnUser } from './own-user.ts'
import { answerRecoveryQuestion, resetPassword, verifyRecoveryToken } from './recovery.ts'
import {
  RECOVER_PASSWORD_PATH,
  RECOVERY_ANSWER_PATH,
  RECOVERY_TOKEN_PATH,
  RESET_PASSWORD_PATH,
} from './recovery-answers.ts'
import { startPasswordRecovery, startUnlock } from './recovery-start.ts'
import { contextOf, type ProtocolDoor } from './routes.ts'
import {
  closeOwnSession,
  createSession,
  OWN_SESSION_PATH,
  readOwnSession,
  refreshOwnSession,
  SESSIONS_PATH,
} from './sessions.ts'

type Handle = (request: Request, context: ProtocolContext) => Promise<Response>

/** By path and method. */
const calls: Readonly<Record<string, Readonly<Record<string, Handle>>>> = {
  [AUTHN_PATH]: { POST: authenticate },
  [`${AUTHN_PATH}/introspect`]: { POST: introspectTransaction },
  [CHANGE_PASSWORD_PATH]: { POST: changePassword },
  [CANCEL_PATH]: { POST: cancelTransaction },
  [RECOVER_PASSWORD_PATH]: { POST: startPasswordRecovery },
  [UNLOCK_PATH]: { POST: startUnlock },
  [RECOVERY_TOKEN_PATH]: { POST: verifyRecoveryToken },
  [RECOVERY_ANSWER_PATH]: { POST: answerRecoveryQuestion },
  [RESET_PASSWORD_PATH]: { POST: resetPassword },
  [SESSIONS_PATH]: { POST: createSession },
  [OWN_SESSION_PATH]: { GET: readOwnSession, DELETE: closeOwnSession },
  [`${OWN_SESSION_PATH}/lifecycle/refresh`]: { POST: refreshOwnSession },
}

export function mountClassic<E extends { Bindings: Cloudflare.Env }>(
  app: Hono<E>,
  door: (env: E['Bindings']) => ProtocolDoor,
): void {
  for (const [path, handles] of Object.entries(calls)) {
    const methods = Object.keys(handles)
    for (const [method, handle] of Object.entries(handles))
      app.on(method, path, (c) => answer(c, door(c.env), handle))
    app.options(path, (c) => answer(c, door(c.env), preflight(methods)))
    app.all(path, (c) => answer(c, door(c.env), otherMethods(methods)))
  }
  // Whoever has a token, or asks to send one, is meant for the management door, which has more at this path.
  app.get(OWN_USER_PATH, (c, next) =>
    c.req.header('authorization') === undefined ? answer(c, door(c.env), readOwnUser) : next(),
  )
  app.options(OWN_USER_PATH, (c, next) =>
    announced(c).includes('authorization') ? next() : answer(c, door(c.env), preflight(['GET'])),
  )
}

/** Names of headers that a preflight asks for, Fetch §3.2.2. */
const announced = (c: Context): readonly string[] =>
  (c.req.header('access-control-request-headers') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())

const preflight =
  (methods: readonly string[]): Handle =>
  async () =>
    new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': '600',
      },
    })

const otherMethods =
  (methods: readonly string[]): Handle =>
  async () =>
    apiErrorAnswer(new ApiError('E0000022'), { allow: [...methods, 'OPTIONS'].join(', ') })

async function answer(c: Context, door: ProtocolDoor, handle: Handle): Promise<Response> {
  const context = contextOf(c, door)
  const response = await answered(handle, context)
  const added = {
    'x-okta-request-id': context.requestId,
    'cache-control': 'no-store',
    ...NOSNIFF,
    // Whoever cannot read an answer does not learn either whether it was a success.
    'cross-origin-resource-policy': 'same-origin',
    ...(await crossOrigin(context)),
  }
  for (const [name, value] of Object.entries(added)) response.headers.set(name, value)
  return response
}

async function answered(handle: Handle, context: ProtocolContext): Promise<Response> {
  try {
    return await handle(context.request, context)
  } catch (error) {
    if (error instanceof ApiError) return apiErrorAnswer(error, waitOf(error))
    if (!(error instanceof StorageUnavailable) || error instanceof SchemaMismatch) throw error
    logFault('storage', { requestId: context.requestId }, error.cause ?? error)
    return apiErrorAnswer(new ApiError('E0000010', error.message), { 'retry-after': '5' })
  }
}

/** When to come back with another attempt. */
const waitOf = ({ code }: ApiError): Readonly<Record<string, string>> =>
  code === 'E0000047' ? { 'retry-after': String(limits.attemptsWindowSeconds) } : {}

/** Storage that is away makes no page trusted. */
async function crossOrigin(context: ProtocolContext): Promise<Readonly<Record<string, string>>> {
  const { origin } = context
  const vary = { vary: 'Origin' }
  if (origin === null) return vary
  try {
    if (!(await isTrusted(origin, context))) return vary
  } catch (cause) {
    logFault('trusted-origins', {}, cause)
    return vary
  }
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': EXPOSED_HEADERS,
  }
}
