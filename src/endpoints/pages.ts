/**
 * The door for browsers: the authorization and logout endpoints of each server, and the pages of the org between them.
 * Whatever goes wrong here is told to a person, on a page.
 */
import type { Context, Hono } from 'hono'
import { ACTIVATION_PAGE_PATH, RECOVERY_PAGE_PATH } from '../domain/recovery-token.ts'
import { messagePage } from '../pages/message.tsx'
import { logFault } from '../platform/log.ts'
import { SchemaMismatch, StorageUnavailable } from '../platform/storage-errors.ts'
import { OAuthError } from '../protocol/errors.ts'
import { transportHeaders } from '../protocol/safe-headers.ts'
import { authorize, refusing } from './authorize.ts'
import { giveConsent, showConsent } from './consent.ts'
import type { ProtocolContext } from './context.ts'
import { DEVICE_FINGERPRINT_PATH, showDeviceFingerprint } from './device-fingerprint.ts'
import { SIGN_OUT_PATH } from './leaving.ts'
import { logout, signOut } from './logout.ts'
import { contextOf, issuerOf, serverPaths, type ProtocolDoor } from './routes.ts'
import { replacePassword } from './new-password.ts'
import { NEW_PASSWORD_PATH } from './new-password-form.ts'
import { recoverOnPage, showRecovery } from './recovery-page.ts'
import { redirectWithSession, SESSION_REDIRECT_PATH } from './session-redirect.ts'
import { showSignIn, signIn } from './sign-in.ts'
import { CONSENT_PATH, SIGN_IN_PATH } from './under-way.ts'
import { pagePropsOf, visitOf } from './visit.ts'

type Handle = (request: Request, context: ProtocolContext) => Promise<Response>

interface PageRoute {
  readonly method: 'GET' | 'POST'
  readonly paths: readonly string[]
  readonly handle: Handle
}

const both = (paths: readonly string[], handle: Handle): readonly PageRoute[] => [
  { method: 'GET', paths, handle },
  { method: 'POST', paths, handle },
]

const routes: readonly PageRoute[] = [
  ...both(serverPaths('authorize'), (request, context) =>
    authorize(request, issuerOf(context, context.serverId), context),
  ),
  ...both(serverPaths('logout'), logout),
  ...both([SESSION_REDIRECT_PATH], redirectWithSession),
  { method: 'GET', paths: [DEVICE_FINGERPRINT_PATH], handle: showDeviceFingerprint },
  { method: 'GET', paths: [SIGN_IN_PATH], handle: showSignIn },
  { method: 'POST', paths: [SIGN_IN_PATH], handle: signIn },
  { method: 'POST', paths: [NEW_PASSWORD_PATH], handle: replacePassword },
  { method: 'GET', paths: [RECOVERY_PAGE_PATH, ACTIVATION_PAGE_PATH], handle: showRecovery },
  { method: 'POST', paths: [RECOVERY_PAGE_PATH], handle: recoverOnPage },
  { method: 'GET', paths: [CONSENT_PATH], handle: showConsent },
  { method: 'POST', paths: [CONSENT_PATH], handle: giveConsent },
  { method: 'POST', paths: [SIGN_OUT_PATH], handle: signOut },
]

export function mountPages<E extends { Bindings: Cloudflare.Env }>(
  app: Hono<E>,
  door: (env: E['Bindings']) => ProtocolDoor,
): void {
  for (const { method, paths, handle } of routes)
    for (const path of paths) app.on(method, path, (c) => answer(c, door(c.env), handle))
}

async function answer(c: Context, door: ProtocolDoor, handle: Handle): Promise<Response> {
  const context = contextOf(c, door)
  let response: Response
  try {
    response = await handle(c.req.raw, context)
  } catch (error) {
    response = await faultPage(error, context)
  }
  const transport = transportHeaders(context.settings.origin)
  for (const [name, value] of Object.entries({
    'x-okta-request-id': context.requestId,
    ...transport,
  }))
    response.headers.set(name, value)
  return response
}

async function faultPage(error: unknown, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(context.request, context)
  if (error instanceof OAuthError && error.status !== 503)
    return refusing(issuerOf(context, context.serverId), visit, () => Promise.reject(error))
  const isAway =
    error instanceof OAuthError ||
    (error instanceof StorageUnavailable && !(error instanceof SchemaMismatch))
  if (!isAway) throw error
  logFault('storage', { requestId: context.requestId }, error.cause ?? error)
  const props = await pagePropsOf(visit)
  return messagePage({ ...props, message: 'TRY_AGAIN_LATER', retryAfterSeconds: 5, startUri: null })
}
