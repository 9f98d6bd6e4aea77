/**
 * Many authorization servers, clients and users, put into the local D1 as copies of one of each that was made over the
 * management API: a statement a table, so that 100,000 take seconds. Rings are no rows: an object makes its own at first use.
 */
import type { Miniflare } from 'miniflare'
import type { TokenEndpoint } from './endpoints.ts'
import { basic, postForm } from './client-flows.ts'
import type { PreparedRequest } from './people-load.ts'

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>

/** A table of which rows are copied, by which column the original is found, and what a copy has instead. */
interface Copied {
  readonly table: string
  readonly of: string
  readonly instead: Readonly<Record<string, string>>
}

/** `i` is the number of a copy. */
const numbered = (prefix: string): string => `printf('${prefix}%09d', i)`

const ID = { server: 'ausgrown', app: '0oagrown', user: '00ugrown' } as const
const NUMBER_DIGITS = 9
const number = (at: number): string => String(at).padStart(NUMBER_DIGITS, '0')

export const grownServerPath = (at: number): string => `/oauth2/${ID.server}${number(at)}`
export const grownLogin = (at: number): string => `${number(at)}@grown.example`

/** A client whose copies have its secret. */
export interface CopiedClient {
  /** Apart from those of other clients. */
  readonly letter: string
  readonly clientId: string
  readonly secret: string
}

export const grownClientId = ({ letter }: CopiedClient, at: number): string =>
  ID.app + letter + number(at)

/** As an endpoint's client authenticates. */
export function copiedClient(letter: string, authorization: string): CopiedClient {
  const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString()
  const [clientId = '', secret = ''] = pair.split(':').map(decodeURIComponent)
  return { letter, clientId, secret }
}

export const grownAuthorization = (client: CopiedClient, at: number): string =>
  basic(grownClientId(client, at), client.secret)

/** A token of a copied server for the copied client of the same number. */
export const grownTokenRequest = (client: CopiedClient, at: number): PreparedRequest =>
  postForm(
    `${grownServerPath(at)}/v1/token`,
    { authorization: grownAuthorization(client, at) },
    { grant_type: 'client_credentials', scope: 'read' },
  )

const LOGIN = `printf('%0${NUMBER_DIGITS}d@grown.example', i)`

const SERVER: readonly Copied[] = [
  {
    table: 'authorization_servers',
    of: 'id',
    instead: { id: numbered(ID.server), name: numbered('grown ') },
  },
  ...['scopes', 'claims', 'policies', 'policy_rules'].map((table) => ({
    table,
    of: 'server_id',
    instead: { server_id: numbered(ID.server) },
  })),
]

const app = (letter: string): readonly Copied[] => [
  {
    table: 'apps',
    of: 'client_id',
    instead: { id: numbered(ID.app + letter), client_id: numbered(ID.app + letter) },
  },
  {
    table: 'app_secrets',
    of: 'app_id',
    instead: { app_id: numbered(ID.app + letter) },
  },
]

const USER: readonly Copied[] = [
  { table: 'users', of: 'id', instead: { id: numbered(ID.user), login: LOGIN } },
  { table: 'user_credentials', of: 'user_id', instead: { user_id: numbered(ID.user) } },
  { table: 'user_attributes', of: 'user_id', instead: { user_id: numbered(ID.user) } },
  { table: 'group_members', of: 'user_id', instead: { user_id: numbered(ID.user) } },
]

async function copy(database: Database, original: string, count: number, rows: readonly Copied[]) {
  for (const { table, of, instead } of rows) {
    const { results } = await database
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all<{ name: string }>()
    const columns = results.map(({ name }) => name)
    const values = columns.map((name) => instead[name] ?? `original.${name}`)
    await database
      .prepare(
        `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
         INSERT INTO ${table} (${columns.join(', ')})
         SELECT ${values.join(', ')} FROM ${table} original, n WHERE original.${of} = ?1`,
      )
      .bind(original, count)
      .run()
  }
}

export interface Originals {
  /** Of the server that is copied. */
  readonly endpoint: TokenEndpoint
  readonly clients: readonly CopiedClient[]
  /** Of the user that is copied. */
  readonly login: string | null
}

/** Each of the originals as many times as there shall be copies. */
export async function fill(
  miniflare: Miniflare,
  { endpoint, clients, login }: Originals,
  count: number,
): Promise<void> {
  const database = await miniflare.getD1Database('DB')
  await copy(database, endpoint.issuer.split('/').at(-1) ?? '', count, SERVER)
  for (const { letter, clientId } of clients) await copy(database, clientId, count, app(letter))
  if (login === null) return
  const user = await database
    .prepare('SELECT id FROM users WHERE login = ?1')
    .bind(login)
    .first<{ id: string }>()
  await copy(database, user?.id ?? '', count, USER)
}
