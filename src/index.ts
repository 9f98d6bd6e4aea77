/**
 * The Worker: requests, the cron trigger, the cached metadata entrypoint, the verifier for other Workers and the
 * Durable Object classes.
 */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { app, compositionOf, faultAnswer } from './app.ts'
import { edgeMetadata, metadataKindOf, type MetadataProps } from './endpoints/metadata.ts'
import { orUnknownServer, unknownServerAnswer } from './endpoints/routes.ts'
import { verifyAccessToken } from './endpoints/verify.ts'
import { nowMillis, nowSeconds } from './platform/clock.ts'
import { deliver } from './state/ports.ts'
import { removeExpiredApiTokens } from './store/api-tokens.ts'
import { drainOutbox } from './store/outbox.ts'
import { sweepRefreshTokens } from './store/refresh-tokens.ts'
import { rewrapClientSecrets, rewrapHookSecrets } from './store/rewrap.ts'
import { pruneEvents } from './store/system-log.ts'
import type { AccessTokenVerifier, Expected, Verdict } from './verifier/verdict.ts'

export { KeyRing } from './state/key-ring.ts'
export { Ledger } from './state/ledger.ts'
export { RevocationFeed } from './state/revocation-feed.ts'
export { Subject } from './state/subject.ts'
export { Throttle } from './state/throttle.ts'

export default {
  fetch: app.fetch,
  async scheduled(_controller, env) {
    await drainOutbox(env.DB, (entry) => deliver(env, entry))
    await removeExpiredApiTokens(env.DB, nowSeconds())
    await sweepRefreshTokens(env.DB, nowSeconds())
    const { keyEncryption } = compositionOf(env).settings
    await rewrapClientSecrets(env.DB, keyEncryption)
    await rewrapHookSecrets(env.DB, keyEncryption)
    await pruneEvents(env.LOG_DB, nowMillis())
  },
} satisfies ExportedHandler<Cloudflare.Env>

/** Discovery and JWKS behind the edge cache. Its key holds `ctx.props`, and so the issuer. */
export class Metadata extends WorkerEntrypoint<Cloudflare.Env, MetadataProps> {
  override async fetch(request: Request): Promise<Response> {
    const { serverId } = this.ctx.props
    const kind = metadataKindOf(new URL(request.url).pathname)
    if (kind === null) return unknownServerAnswer(serverId)
    try {
      const { snapshots } = compositionOf(this.env).protocol.ports
      const waitUntil = (work: Promise<unknown>): void => this.ctx.waitUntil(work)
      return await orUnknownServer(serverId, edgeMetadata(kind, serverId, { snapshots, waitUntil }))
    } catch (error) {
      return faultAnswer(error as Error, request)
    }
  }
}

/**
 * Verifies access tokens for Workers of the same account, over a service binding: without a call to storage as long as
 * nothing was revoked that the token could be of, and never with news older than a minute.
 */
export class Verifier extends WorkerEntrypoint implements AccessTokenVerifier {
  /** Throws TypeError where no issuer or audience is expected. */
  async verify(token: string, expected: Expected): Promise<Verdict> {
    const { verifier } = compositionOf(this.env)
    const waitUntil = (work: Promise<unknown>): void => this.ctx.waitUntil(work)
    return verifyAccessToken(token, expected, { ...verifier, waitUntil })
  }
}
