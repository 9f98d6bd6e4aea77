/** The database behind signing people in. A write and its event are one batch; the event is delivered at once. */
import type { Directory } from '../domain/directory.ts'
import type { OrgSettings } from '../domain/org.ts'
import type { OutboxEntry } from '../domain/outbox.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import type { Kept } from '../platform/kept.ts'
import { randomId } from '../platform/random.ts'
import { saveConsents } from '../store/consents.ts'
import { commit, ForeignKeyViolation } from '../store/database.ts'
import { readLogoutTargets } from '../store/logout-targets.ts'
import { deliverAll } from '../store/outbox.ts'
import { rolesOf } from '../store/role-assignments.ts'
import { decidedScopes, saveSkipped, unskip } from '../store/skipped-scopes.ts'
import { readOwnUser, touchLogin, userIdOfLogin } from '../store/users.ts'
import { deliver } from './ports.ts'

const entryOf = (event: SystemLogEvent): OutboxEntry => ({
  id: randomId('obx'),
  kind: 'system-log',
  subject: event.eventType,
  payload: event,
})

export function directoryOf(env: Cloudflare.Env, settings: Kept<OrgSettings>): Directory {
  const db = env.DB
  const committed = async (
    statements: readonly D1PreparedStatement[],
    event: SystemLogEvent,
  ): Promise<boolean> => {
    const entry = entryOf(event)
    const happened = await commit(db, statements, [entry])
    if (happened) await deliverAll(db, [entry], (one) => deliver(env, one))
    return happened
  }
  return {
    userIdOf: (login) => userIdOfLogin(db, login),
    ownUser: (userId) => readOwnUser(db, userId),
    rolesOf: async (userId) => (await rolesOf(db, 'USER', userId)).map(({ role }) => role),
    consentsOf: (key) => decidedScopes(db, key),
    async consent(key, { consented, skipped }, now, event) {
      const named = consented.map((scope) => [randomId('oag'), scope] as const)
      const give = saveConsents(db, key, named, now)
      const skip = saveSkipped(db, key, skipped)
      // The last one decides, so it is one that has something to do.
      const statements = consented.length > 0 ? [skip, give] : [give, skip]
      try {
        return await committed([unskip(db, key, consented), ...statements], event)
      } catch (error) {
        if (error instanceof ForeignKeyViolation) return false
        throw error
      }
    },
    async signedIn(userId, now, event) {
      await committed([touchLogin(db, userId, now)], event)
    },
    logoutTargets: (participants) => readLogoutTargets(db, participants),
    async record(event) {
      await committed([], event)
    },
    orgSettings: (waitUntil) => settings.get(waitUntil),
  }
}
