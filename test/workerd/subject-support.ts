/** People's objects as the doors use them: sessions and authorizations put in through the port, and asked about. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { AuthorizationRecord } from '../../src/domain/authorization-record.ts'
import type { SessionKey } from '../../src/domain/session.ts'
import type {
  AskedApp,
  Redemption,
  Refresh,
  RefreshHandle,
  RefreshTokenRevocation,
} from '../../src/domain/subjects.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { subjectsOf } from '../../src/state/ports.ts'
import { anAuthorization } from '../unit/support/builders.ts'
import { testBindings } from '../bindings.ts'
import { unique } from './support.ts'

export const subjects = subjectsOf(env, readSettings(testBindings))

export const subject = (userId: string) => env.SUBJECT.getByName(userId)

/** An app that everybody has. */
export const EVERYBODYS = { appId: '0oaeverybodys', isImplicit: true }

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** What an object keeps: the names of its values and of its tables. */
export const keptBy = (userId: string): Promise<readonly string[]> =>
  runInDurableObject(subject(userId), (_, { storage }) => [
    ...[...storage.kv.list()].map(([name]) => name),
    ...storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT GLOB '[_s]*'")
      .toArray()
      .map(({ name }) => name),
  ])

/** Runs an SQL question inside an object. */
export const inside = (userId: string, sql: string): Promise<readonly Record<string, unknown>[]> =>
  runInDurableObject(subject(userId), (_, { storage }) => storage.sql.exec(sql).toArray())

/** Waits until lists know what the object knows. */
export async function listed(userId: string): Promise<void> {
  const behind = 'SELECT 1 FROM authorizations WHERE listing IS NOT NULL'
  while ((await inside(userId, behind)).length > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
}

/** Signs a person in; the key that their browser holds. */
export async function aSession(userId: string, now = Date.now()): Promise<SessionKey> {
  const secret = unique('secret')
  const session = await subjects.startSession({ userId, secret, amr: ['pwd'], replaces: null, now })
  if (session === null) throw new Error('the person may not sign in')
  return { userId, id: session.id, secret }
}

export const isSignedIn = async (key: SessionKey): Promise<boolean> =>
  (await subjects.findSession(key, null, Date.now())) !== null

/** An authorization with tokens, as a refresh token family begins. */
export async function aFamily(changes: Partial<AuthorizationRecord>): Promise<AuthorizationRecord> {
  const record = anAuthorization({ created: nowSeconds(), code: null, ...changes })
  const given = await subjects.authorizeDirectly(record, EVERYBODYS, true, undefined)
  if (given?.refresh == null) throw new Error('the person may not have it')
  return record
}

/** Whether an access token that came of an authorization is alive. */
export const isAlive = async (userId: string, authorizationId: string): Promise<boolean> =>
  (
    await subjects.inspect(
      { userId, authorizationId, jti: 'a-token', app: EVERYBODYS },
      nowSeconds(),
    )
  ).alive

/** An authorization with a code. Throws when the person may not have it. */
export async function authorized(
  userId: string,
  changes: Partial<AuthorizationRecord> = {},
  app: AskedApp = EVERYBODYS,
): Promise<AuthorizationRecord> {
  const record = anAuthorization({ id: unique('oar'), userId, ...changes })
  if (!(await subjects.authorize(record, app, undefined)))
    throw new Error('the person may not have it')
  return record
}

/** All that is right to redeem a code, in the second in which it was given. */
export const aRedemption = (record: AuthorizationRecord): Redemption => ({
  userId: record.userId,
  authorizationId: record.id,
  secret: record.code!.secret,
  serverId: record.serverId,
  clientId: record.clientId,
  notBefore: 0,
  app: EVERYBODYS,
  redirectUri: record.code!.redirectUri,
  verifierChallenge: record.code!.codeChallenge,
  ruleIds: [record.access.ruleId!],
  mayRefresh: true,
  now: record.created,
})

/** All that is right to refresh. */
export const aRefresh = (
  record: AuthorizationRecord,
  handle: RefreshHandle,
  changes: Partial<Refresh> = {},
): Refresh => ({
  userId: record.userId,
  authorizationId: record.id,
  ...handle,
  serverId: record.serverId,
  clientId: record.clientId,
  notBefore: 0,
  app: EVERYBODYS,
  scopes: null,
  ruleIds: null,
  rotation: 'ROTATE',
  leewaySeconds: 30,
  now: record.created,
  ...changes,
})

/** The revocation of a refresh token by the client that has it. */
export const aRevocation = (
  { userId, id: authorizationId, clientId, created: now }: AuthorizationRecord,
  handle: RefreshHandle,
): RefreshTokenRevocation => ({ userId, authorizationId, ...handle, clientId, now })

export async function redeemed(
  record: AuthorizationRecord,
): Promise<{ readonly handle: RefreshHandle }> {
  const outcome = await subjects.redeem(aRedemption(record))
  if (outcome.outcome !== 'granted' || outcome.refresh === null)
    throw new Error(JSON.stringify(outcome))
  return { handle: outcome.refresh }
}
