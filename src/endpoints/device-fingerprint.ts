/**
 * `/auth/services/devicefingerprint`, which Okta's SDK frames when an app wants its sign-ins to say which device they
 * come from. Only pages of trusted origins are told: a name for the browser would follow its owner from site to site.
 */
import { canonicalOrigin } from '../domain/trusted-origin.ts'
import { originSource } from '../pages/addresses.ts'
import { deviceFingerprintPage } from '../pages/device-fingerprint.tsx'
import { ApiError, apiErrorAnswer } from '../protocol/api-errors.ts'
import { isTrusted } from './calling-page.ts'
import type { ProtocolContext } from './context.ts'
import { pagePropsOf } from './visit.ts'

export const DEVICE_FINGERPRINT_PATH = '/auth/services/devicefingerprint'

/** The Referer may say what it likes: the page works in a frame of that origin alone. */
export async function showDeviceFingerprint(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const referer = URL.parse(request.headers.get('referer') ?? '')
  const sent = referer && canonicalOrigin(referer.origin)
  const origin = sent !== null && (await isTrusted(sent, context)) ? originSource(sent) : null
  if (origin === null) return apiErrorAnswer(new ApiError('E0000006'))
  return deviceFingerprintPage({ ...(await pagePropsOf({ context })), origin })
}
