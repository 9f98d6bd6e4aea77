/**
 * What an app may register to learn of logouts: where it is told by us (OpenID Connect Back-Channel Logout §2.2) and
 * which page of it a browser loads (Front-Channel Logout §2). Every fault is one sentence that names its field.
 */
import type { AppFields } from './app.ts'

const SETTINGS = 'settings.oauthClient'

const originOf = (uri: string): string | undefined => URL.parse(uri)?.origin

/** What is wrong with an address apart from where it leads. */
function addressFaults(member: string, uri: string): readonly string[] {
  const url = URL.parse(uri)
  const faults = [
    ...(uri.includes('#') ? ['must not hold a fragment'] : []),
    ...(url?.username || url?.password ? ['must not hold a user name or password'] : []),
  ]
  return faults.map((fault) => `${SETTINGS}.${member}: ${fault}`)
}

export function logoutFaults({ applicationType, document }: AppFields): readonly string[] {
  const {
    redirect_uris: redirects,
    backchannel_logout_uri: back,
    frontchannel_logout_uri: front,
    participate_slo: participates,
  } = document.oauthClient
  const faults: string[] = []
  if (back != null) faults.push(...addressFaults('backchannel_logout_uri', back))
  if (front != null) {
    faults.push(...addressFaults('frontchannel_logout_uri', front))
    if (!(redirects ?? []).some((uri) => originOf(uri) === originOf(front)))
      faults.push(`${SETTINGS}.frontchannel_logout_uri: must have the origin of a redirect URI`)
  }
  if (participates === true) {
    const member = `${SETTINGS}.participate_slo`
    if (front == null) faults.push(`${member}: needs a frontchannel_logout_uri`)
    if (applicationType !== 'web' && applicationType !== 'browser')
      faults.push(`${member}: is only for the application types 'web' and 'browser'`)
  }
  return faults
}
