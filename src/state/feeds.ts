/** The revocation feeds of all servers, each an object of its own. */
import type { RevocationFeeds } from '../domain/revocation-feed.ts'
import { inTime } from '../platform/in-time.ts'
import { limits } from '../platform/limits.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'

export function revocationFeedsOf(env: Pick<Cloudflare.Env, 'REVOCATION_FEED'>): RevocationFeeds {
  const asked = async <Answer>(call: () => PromiseLike<unknown>): Promise<Answer> => {
    try {
      return (await call()) as Answer
    } catch (cause) {
      throw new StorageUnavailable('the revocation feed', cause)
    }
  }
  const of = (serverId: string) => env.REVOCATION_FEED.getByName(serverId)
  return {
    mark: (serverId, marks) =>
      asked(async () => {
        const marking = of(serverId).mark(marks)
        if (!(await inTime(marking, limits.loadTimeoutMillis))) throw new Error('It takes too long')
      }),
    since: (serverId, position) => asked(() => of(serverId).since(position)),
  }
}
