/**
 * `npm run bench -- --management`: what calls of the management API cost with 100, 1,000 and 10,000 rows in the
 * table, and what it costs to create 1,000 authorization servers. Calls go one at a time to the built bundle in a
 * workerd of its own; rows are put into its local D1, except for the servers whose creation is measured. A list is
 * asked for as many items at every size, on its first page and on its last full one, so that a ratio above 1 is what
 * the table adds. Not part of the usual run, which it would make minutes longer.
 */
import type { Miniflare } from 'miniflare'
import { API_TOKEN, applyMigrations, productWorker } from './endpoints.ts'
import { managementTables, type CallCosts, type CreationCosts } from './management-report.ts'
import { ManagementClient } from './management-client.ts'
import type { BenchRun } from './run.ts'
import { startServer, type BenchServer } from './server.ts'
import { median } from './statistics.ts'
import { writeDown } from './write-down.ts'

export const SIZES = [100, 1000, 10_000] as const

const CREATED = 1000
/** How many of the first and the last creations are held against each other. */
const ENDS = 100
const ROUNDS = 40
const PAGE = 50
const LARGE_PAGE = 200

type Table = 'authorizationServers' | 'users'

/** Brings a table to a number of rows. Names and logins differ in their first characters. */
const FILL: Readonly<Record<Table, readonly string[]>> = {
  authorizationServers: [
    `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
     INSERT INTO authorization_servers (id, name, audience, issuer_mode, status, is_default, rotation_mode,
     signing_alg, version, created, last_updated)
     SELECT printf('ausbench%012d', i), printf('%05d bench', i), printf('api://%05d', i), 'ORG_URL', 'ACTIVE', 0,
     'AUTO', 'ES256', 1, 1, 1 FROM n`,
  ],
  users: [
    `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
     INSERT INTO users (id, login, status, profile, created, last_updated)
     SELECT printf('00ubench%012d', i), printf('%05d@bench.example', i), 'ACTIVE', json_object('login',
     printf('%05d@bench.example', i), 'email', printf('%05d@bench.example', i), 'firstName', printf('%05d', i),
     'lastName', 'Bench'), 1, 1 FROM n`,
    `INSERT INTO user_attributes (attribute, value, user_id)
     SELECT p.key, p.value, u.id FROM users u, json_each(u.profile) p
     WHERE u.id >= printf('00ubench%012d', ?1) AND u.id < printf('00ubench%012d', ?2)`,
    `INSERT INTO group_members (group_id, user_id, created)
     SELECT g.id, u.id, 1 FROM groups g, users u WHERE g.type = 'BUILT_IN'
     AND u.id >= printf('00ubench%012d', ?1) AND u.id < printf('00ubench%012d', ?2)`,
  ],
}

async function fill(miniflare: Miniflare, table: Table, from: number, to: number): Promise<void> {
  const database = await miniflare.getD1Database('DB')
  for (const statement of FILL[table]) await database.prepare(statement).bind(from, to).run()
}

class Caller {
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  /** One GET that must succeed: its milliseconds, how many items came, and where the next page is. */
  async get(path: string): Promise<{ millis: number; items: number; next: string | null }> {
    const began = performance.now()
    const answer = await fetch(this.#origin + path, {
      headers: { authorization: `SSWS ${API_TOKEN}` },
    })
    const text = await answer.text()
    const millis = performance.now() - began
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${text.slice(0, 300)}`)
    const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
    const url = next === undefined ? null : new URL(next)
    const content: unknown = JSON.parse(text)
    return {
      millis,
      items: Array.isArray(content) ? content.length : 1,
      next: url === null ? null : url.pathname + url.search,
    }
  }

  /** The last page that is full. */
  async lastPage(path: string, limit: number): Promise<string> {
    let [at, last] = [path, path]
    for (;;) {
      const { items, next } = await this.get(at)
      if (items === limit) last = at
      if (next === null) return last
      at = next
    }
  }

  async median(path: string): Promise<number> {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push((await this.get(path)).millis)
    return median(rounds)
  }
}

interface Call {
  readonly name: string
  /** Where to call, once the table has its size. */
  readonly path: (caller: Caller) => Promise<string>
}

const page = (table: Table, query: string): string => `/api/v1/${table}?${query}limit=${PAGE}`

const lists = (table: Table, found: string): readonly Call[] => [
  { name: `${table}: ${PAGE} on the first page`, path: async () => page(table, '') },
  {
    name: `${table}: ${PAGE} on the last page`,
    path: (caller) => caller.lastPage(page(table, ''), PAGE),
  },
  { name: `${table}: the one that is looked for`, path: async () => page(table, found) },
]

const CALLS: Readonly<Record<Table, readonly Call[]>> = {
  authorizationServers: [
    ...lists('authorizationServers', 'q=00042&'),
    {
      name: 'authorizationServers: one by its id',
      path: async () => '/api/v1/authorizationServers/ausbench000000000042',
    },
  ],
  users: [
    ...lists('users', `search=${encodeURIComponent('profile.email eq "00042@bench.example"')}&`),
    { name: 'users: one by the login', path: async () => '/api/v1/users/00042@bench.example' },
  ],
}

async function measureTable(
  server: BenchServer,
  table: Table,
): Promise<{ costs: readonly CallCosts[]; large: CallCosts }> {
  const caller = new Caller(server.origin)
  const costs = CALLS[table].map(({ name }) => ({ name, millis: [] as number[] }))
  const large = { name: `${table}: ${LARGE_PAGE} on the first page`, millis: [] as number[] }
  let rows = 0
  for (const size of SIZES) {
    await fill(server.miniflare, table, rows, size)
    rows = size
    for (const [index, { path }] of CALLS[table].entries()) {
      const at = await path(caller)
      await caller.median(at)
      costs[index]?.millis.push(await caller.median(at))
    }
    large.millis.push(await caller.median(`/api/v1/${table}?limit=${LARGE_PAGE}`))
    console.error(`${table}: ${size} rows done`)
  }
  return { costs, large }
}

async function measureCreation(origin: string): Promise<CreationCosts> {
  const management = new ManagementClient(origin, API_TOKEN)
  const create = async (alg: string, index: number): Promise<number> => {
    const began = performance.now()
    await management.createBareServer(`created ${index}`, alg)
    return performance.now() - began
  }
  const millis: number[] = []
  const began = performance.now()
  for (let index = 0; index < CREATED; index++) millis.push(await create('ES256', index))
  const seconds = (performance.now() - began) / 1000
  console.error(`${CREATED} authorization servers created`)
  const rsa: number[] = []
  for (let index = 0; index < 20; index++) rsa.push(await create('RS256', index))
  return {
    count: CREATED,
    seconds,
    first: median(millis.slice(0, ENDS)),
    last: median(millis.slice(-ENDS)),
    rsa: median(rsa),
  }
}

/** Prints the tables of the management API. */
export async function runManagement(run: BenchRun): Promise<void> {
  const { product, main, pinning } = run
  const core = pinning?.server ?? null
  const start = async (): Promise<BenchServer> => {
    const server = await startServer({ worker: productWorker('product', product, main), core })
    await applyMigrations(server.miniflare)
    // The first request makes the org, and with it the group that everybody is in.
    await new Caller(server.origin).get('/api/v1/authorizationServers')
    return server
  }
  const creating = await start()
  let creation: CreationCosts
  try {
    creation = await measureCreation(creating.origin)
  } finally {
    await creating.stop()
  }
  const server = await start()
  try {
    const servers = await measureTable(server, 'authorizationServers')
    const users = await measureTable(server, 'users')
    const rows = [...servers.costs, servers.large, ...users.costs, users.large]
    const tables = managementTables(SIZES, rows, creation)
    await writeDown(run, 'management', 'What the management API costs', tables)
  } finally {
    await server.stop()
  }
}
