/**
 * Every statement that the store can make: each function that a file of src/store exports is called with a database
 * that only records, and with arguments that are whatever they are taken for. A function that needs real ones has its
 * calls listed here.
 */
import { testBindings } from '../../bindings.ts'
import { readSettings } from '../../../src/platform/settings.ts'
import { KeyEncryption } from '../../../src/platform/key-encryption.ts'
import { INDEXED_ATTRIBUTES } from '../../../src/domain/log-filter.ts'
import { anEvent } from './builders.ts'
import { recordingD1, type Recorded } from './recording-d1.ts'
import { searchStatements } from './search-statements.ts'
import { filesUnder, ROOT } from './source.ts'

/** Any property of it is it again; as text it is `x`, as a list it is empty, and nobody can wait for it. */
const anything: unknown = new Proxy(() => undefined, {
  get: (_, name) => {
    if (name === Symbol.toPrimitive) return () => 'x'
    if (name === Symbol.iterator) return () => [].values()
    return name === 'then' || name === 'toJSON' ? undefined : anything
  },
  apply: () => anything,
  ownKeys: () => [],
})

const envelopeKeys = (current: string): KeyEncryption =>
  KeyEncryption.parse(
    JSON.stringify({
      current,
      keys: { 1: testBindings.KEY_ENCRYPTION_KEY, 2: testBindings.KEY_ENCRYPTION_KEY },
    }),
  )!

const page = { after: '', limit: 20 }
const entry = { id: 'o', kind: 'key-ring.destroy', subject: 'aus1', payload: {} }
const secret = (await envelopeKeys('1').seal(new Uint8Array(32), 'client-secret', [
  '0oa1',
  's1',
])) as object
const hookSecret = (await envelopeKeys('1').seal(new Uint8Array(32), 'hook-secret', [
  'cal1',
])) as object

/** Whose refresh tokens and consents there are. */
const BELONGINGS = [
  { clientId: 'c', serverId: 's' },
  { clientId: 'c' },
  { userId: 'u', clientId: 'c' },
]
const OF_CONSENTS = [{ clientId: 'c' }, { userId: 'u' }, { userId: 'u', clientId: 'c' }]
const OF_USERS = [{ userId: 'u' }, { userId: 'u', clientId: 'c', serverId: 's' }]

/** Arguments after the database, one list a call. */
const CALLS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  findApiToken: [[['1.mac', '2.mac']]],
  hasTokenUnderOtherKey: [[['1', '2']]],
  listServers: [[page]],
  searchServers: [
    ['a%', { limit: 20, after: null }],
    ['a%', { limit: 20, after: { by: 'audience', key: 'a%b', id: 'aus1' } }, 'aus1'],
  ],
  listAssociatedServers: [['aus1', { ...page, query: null }]],
  serversNamed: [[['aus1']]],
  unknownPeople: [[{ users: ['00u1'], groups: ['00g1'] }]],
  insertAssociations: [['aus1', ['aus2'], 1]],
  replaceServerKeysAt: [[{ id: 'aus1', version: 1 }, []]],
  listApps: [
    [{ by: 'all' }, page],
    ...['id', 'status', 'group', 'user'].map((by) => [{ by, value: 'x' }, page]),
  ],
  appsLabelled: [['a', { after: { label: 'a', id: '' }, limit: 20 }]],
  keysOf: [[['0oa1']]],
  replaceKeysAt: [[{ id: '0oa1', version: 1 }, []]],
  readConfiguration: [[{ serverId: 'aus1', clientId: 'client-1' }]],
  seed: [[readSettings(testBindings), { id: '00u1', passwordHash: '$argon2id$' }]],
  deliverAll: [[[entry], async () => undefined]],
  drainOutbox: [[async () => undefined]],
  commit: [[[], [entry]]],
  deliverAudience: [['obx1', async () => undefined]],
  enqueueAudience: [
    ['obx1', { relation: 'group', values: ['g'], tells: 'stale' }, 1],
    ['obx1', { relation: 'attribute', values: ['x'], tells: 'stale' }, 1],
    ['obx1', { relation: 'app', values: ['a'], tells: 'stale' }, 1],
    ['obx1', { relation: 'primary', values: ['u'], tells: 'stale' }, 1],
    ['obx1', { relation: 'linkedObject', values: ['manager'], tells: 'stale' }, 1],
    ['obx1', { relation: 'consentsToScope', values: ['s', 'c'], tells: { endedAt: 1 } }, 1],
    ['obx1', { relation: 'consentsOfUser', values: ['u'], tells: { endedAt: 1 } }, 1],
    ['obx1', { relation: 'consentsOfUserToClient', values: ['u', 'c'], tells: { endedAt: 1 } }, 1],
    ...['tokensOfClientAtServer', 'tokensOfServer', 'tokensOfClient'].map((relation) => [
      'obx1',
      {
        relation,
        values: relation === 'tokensOfClientAtServer' ? ['s', 'c'] : ['s'],
        tells: { of: 'tokens' },
      },
      1,
    ]),
  ],
  listRefreshTokens: BELONGINGS.map((of) => [of, page, 1]),
  findRefreshToken: BELONGINGS.map((of) => [of, 'oar1', 1]),
  deleteRefreshTokens: [...BELONGINGS, ...OF_USERS, { serverId: 's' }].map((of) => [of, 'changed']),
  deleteConsentedTokens: OF_CONSENTS.map((of) => [of]),
  sweepRefreshTokens: [[1]],
  listTokens: [[{ written: [{ scopes: [] }], removed: ['oar1'] }]],
  readPerson: [['00u1', '0oa1']],
  listConsents: OF_CONSENTS.map((of) => [of, page, null]),
  findConsent: [...BELONGINGS, ...OF_USERS].map((of) => [of, 'oag1']),
  deleteConsents: [...OF_CONSENTS, { serverId: 's' }].map((of) => [of]),
  listHoldingClients: [
    ['server', 'aus1', page, 1],
    ['user', '00u1', page, 1],
  ],
  writeEvents: [[[anEvent()]]],
  pruneEvents: [[0]],
  readEvents: (['ASCENDING', 'DESCENDING'] as const).flatMap((order) =>
    [null, ...INDEXED_ATTRIBUTES].map((attribute) => [
      {
        by: attribute === null ? null : { attribute, value: 'x' },
        order,
        after: { published: 0, position: 0 },
        end: 0,
        lastPosition: 0,
      },
      10,
    ]),
  ),
  rewrapClientSecrets: [[envelopeKeys('2')]],
  rewrapHookSecrets: [[envelopeKeys('2')]],
  listInlineHooks: [['com.okta.oauth2.tokens.transform']],
  forgetInRules: [
    ['groups', '00g1', 1],
    ['users', '00u1', 1],
  ],
  serversNamingInRules: [
    ['groups', '00g1'],
    ['users', '00u1'],
  ],
  // Made by searches of their own.
  searchPage: [],
  searchSorted: [],
  // They take statements, not a database.
  readBatch: [],
  readAll: [],
  readFirst: [],
  belonging: [],
  partiesOf: [],
}

/** Rows for the statements whose caller goes on only when there is one. */
function given(sql: string): readonly object[] {
  if (sql.includes('schema_version')) return [{ version: 2, org_id: '00o1' }]
  if (sql.includes('substr(mac')) {
    return [{ app_id: '0oa1', id: 's1', mac: '1.m', envelope: JSON.stringify(secret) }]
  }
  if (sql.startsWith('SELECT id, secret FROM inline_hooks'))
    return [{ id: 'cal1', secret: JSON.stringify(hookSecret) }]
  return []
}

export interface StoreStatement extends Recorded {
  /** The system log has a database of its own. */
  readonly isOfLog: boolean
}

export async function storeStatements(): Promise<readonly StoreStatement[]> {
  const all: StoreStatement[] = []
  for (const { path } of filesUnder('src/store', '.ts')) {
    const { db, recorded } = recordingD1(given)
    const module = (await import(/* @vite-ignore */ ROOT + path)) as Record<string, unknown>
    for (const [name, exported] of Object.entries(module)) {
      if (typeof exported !== 'function' || /^[A-Z]/.test(name)) continue
      for (const values of CALLS[name] ?? [Array.from({ length: 6 }, () => anything)]) {
        try {
          const made: unknown = await (exported as (...values: unknown[]) => unknown)(db, ...values)
          if (made === undefined || made === null) continue
          await db.batch((Array.isArray(made) ? made : [made]) as D1PreparedStatement[])
        } catch {
          // A function that makes no statement, or fails over the answer: its statements are recorded by then, and a
          // statement that is missing is told by its beginning in the source.
        }
      }
    }
    const isOfLog = path.includes('/system-log')
    all.push(...recorded.map((one) => ({ ...one, isOfLog })))
  }
  const searches = await searchStatements()
  return [...all, ...searches.map((one) => ({ ...one, isOfLog: false }))]
}
