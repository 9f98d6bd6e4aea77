/**
 * Pages of apps that a browser loads while its person signs out, each of an app that took part in the session, at the
 * address that it registered and no other: OpenID Connect Front-Channel Logout §3.
 */
import { withQuery } from '../authorize/response.ts'
import type { LogoutTarget } from '../domain/logout-target.ts'
import type { Dismissed, Participant } from '../domain/session.ts'
import { urlsOf } from '../issuer/urls.ts'
import { limits } from '../platform/limits.ts'
import type { ProtocolContext } from './context.ts'

/** The address with the session that has ended where the app wants it named; null where that cannot be. */
function addressOf(
  { server, frontchannel }: LogoutTarget,
  sid: string | undefined,
  origin: string,
): string | null {
  if (frontchannel === null) return null
  const { uri, isSessionRequired } = frontchannel
  if (!isSessionRequired) return uri
  return sid === undefined ? null : withQuery(uri, { iss: urlsOf(origin, server).issuer, sid })
}

export async function logoutFrames(
  participants: readonly (Participant & Partial<Dismissed>)[],
  { directory, settings }: Pick<ProtocolContext, 'directory' | 'settings'>,
): Promise<readonly string[]> {
  if (participants.length === 0) return []
  const sid = participants[0]?.sid
  const targets = await directory.logoutTargets(participants)
  const addresses = targets.map((target) => addressOf(target, sid, settings.origin))
  return [...new Set(addresses)]
    .filter((address) => address !== null)
    .slice(0, limits.logoutFramesMax)
}
