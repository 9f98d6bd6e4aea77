/**
 * What anybody may know of the org before any sign-in: its id, where it is, and which of Okta's two engines clients
 * should take it for. `v1` (the classic one): they then ask for nothing that only the other has.
 */
import { base64url, utf8 } from '../platform/encoding.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'
import { conditional } from './metadata.ts'

export const ORGANIZATION_PATH = '/.well-known/okta-organization'

/** Features of Okta's own service, none of which is here. */
const SETTINGS = {
  analyticsCollectionEnabled: false,
  bugReportingEnabled: false,
  omEnabled: false,
  pssoEnabled: false,
}

/** The document, or that the caller has it already. */
export async function organization(
  request: Request,
  orgId: string,
  origin: string,
): Promise<Response> {
  const document = {
    id: orgId,
    pipeline: 'v1',
    _links: { organization: { href: origin } },
    settings: SETTINGS,
  }
  const body = JSON.stringify(document)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(body)))
  const made = new Response(body, {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag',
      ...NOSNIFF,
      etag: `"${base64url(digest)}"`,
    },
  })
  return conditional(request, made)
}
