/**
 * Telling apps that a session has ended, OpenID Connect Back-Channel Logout §2.5: each at its address, at most a few at
 * a time, so that none of them waits for one that hangs. The log is told of every attempt.
 */
import type { LogoutTarget } from '../domain/logout-target.ts'
import { systemLogEvent } from '../domain/log-event.ts'
import { SYSTEM_PRINCIPAL, type SystemLogEvent } from '../domain/system-log.ts'
import { signLogoutToken } from '../issuer/logout-token.ts'
import { publishedRing } from '../issuer/rings.ts'
import { urlsOf } from '../issuer/urls.ts'
import { signerOf, type Signer } from '../keys/signer.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { guardedForm, type GuardedResult } from '../platform/guarded-fetch.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { randomId } from '../platform/random.ts'
import { readSettings, type Settings } from '../platform/settings.ts'
import { readLogoutTargets } from '../store/logout-targets.ts'
import { writeEvents } from '../store/system-log.ts'
import type { Logout } from './subject-logouts.ts'

const REFUSALS = {
  address: 'the address must not be asked',
  redirects: 'the answer is a redirect',
  size: 'the answer is too large',
  timeout: 'the app did not answer in time',
  failed: 'the app could not be reached',
} as const

/** Why an app was not told; null: it was. */
function failureOf(result: GuardedResult): string | null {
  if (result.outcome === 'refused') return REFUSALS[result.reason]
  const { status } = result
  return status >= 200 && status < 300 ? null : `the app answered with status ${status}`
}

const matches = ({ server, clientId }: LogoutTarget, logout: Logout): boolean =>
  server.id === logout.serverId && clientId === logout.clientId

/** One attempt for each. Throws StorageUnavailable when it cannot be known where to tell them. */
export async function tellLogouts(
  env: Cloudflare.Env,
  logouts: readonly Logout[],
  settle: (logout: Logout) => void,
): Promise<void> {
  const settings = readSettings({ ...env })
  const targets = await readLogoutTargets(env.DB, logouts)
  const signers = new Signers(env, settings)
  const events: SystemLogEvent[] = []
  const waiting = logouts.values()
  const worker = async (): Promise<void> => {
    for (const logout of waiting) {
      const target = targets.find((one) => matches(one, logout))
      const uri = target?.backchannelUri ?? null
      if (target === undefined || uri === null) {
        settle(logout)
        continue
      }
      const failure = await told(logout, target, uri, signers, settings)
      if (failure === null) settle(logout)
      events.push(eventOf(logout, target, failure))
    }
  }
  await Promise.all(Array.from({ length: limits.logoutsAtOnceMax }, worker))
  await writeEvents(env.LOG_DB, events)
}

async function told(
  logout: Logout,
  { server }: LogoutTarget,
  uri: string,
  signers: Signers,
  { origin, outboundAllowedOrigins }: Settings,
): Promise<string | null> {
  const signer = await signers.of(server.id)
  if (signer === null) return 'the signing key could not be had'
  const { issuer } = urlsOf(origin, server)
  const token = await signLogoutToken(logout, issuer, signer, nowSeconds())
  const form = { logout_token: token }
  return failureOf(await guardedForm(uri, form, outboundAllowedOrigins))
}

/** The published keys of servers, each asked for once. */
class Signers {
  readonly #env: Cloudflare.Env
  readonly #settings: Settings
  readonly #known = new Map<string, Promise<Signer | null>>()

  constructor(env: Cloudflare.Env, settings: Settings) {
    this.#env = env
    this.#settings = settings
  }

  /** Null: it cannot be had now. */
  of(serverId: string): Promise<Signer | null> {
    let signer = this.#known.get(serverId)
    if (signer === undefined) {
      signer = this.#read(serverId)
      this.#known.set(serverId, signer)
    }
    return signer
  }

  async #read(serverId: string): Promise<Signer | null> {
    try {
      const ring = await this.#env.KEY_RING.getByName(publishedRing(serverId)).read(nowSeconds())
      return ring === null ? null : await signerOf(ring, this.#settings.keyEncryption)
    } catch (cause) {
      logFault('logout.key', { serverId }, cause)
      return null
    }
  }
}

function eventOf(
  { userId, serverId, clientId, attempt }: Logout,
  { appId, label }: LogoutTarget,
  failure: string | null,
): SystemLogEvent {
  const happening = {
    eventType: 'user.authentication.universal_logout',
    displayMessage: 'App is told that a session of the user has ended',
    actor: SYSTEM_PRINCIPAL,
    clientId,
    target: [
      { id: userId, type: 'User', alternateId: null, displayName: null },
      { id: appId, type: 'AppInstance', alternateId: label, displayName: label },
    ],
    ...(failure !== null && { outcome: { result: 'FAILURE' as const, reason: failure } }),
    debugData: { authorizationServer: serverId, attempt, attemptsMax: limits.logoutAttemptsMax },
  }
  const transaction = { type: 'JOB', id: randomId('job'), caller: null } as const
  return systemLogEvent(happening, transaction, nowMillis())
}
