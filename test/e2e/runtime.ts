/**
 * The production bundle in the runtime without a development proxy: any number of isolates of the product on one
 * state, each reached through its own socket, with faults that a test switches on in front of storage, and Workers
 * beside it that bind it as a service.
 */
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, NoOpLog, type V4WorkerOptions } from 'miniflare'
import { unstable_readConfig } from 'wrangler'
import { buildWorker, readModules, REPOSITORY } from '../bench/bundle.ts'
import { API_TOKEN as TEST_TOKEN, testBindings } from '../bindings.ts'
import { refuseSecrets } from '../secrets.ts'
import { temporaryFolder } from './product.ts'

export const API_TOKEN = TEST_TOKEN
export const ORIGIN = 'https://auth.runtime.example'

/**
 * Stands in front of the product in each isolate: while a fault is on, the binding rejects as the platform's does.
 * Faults are switched by a route that exists only in this wrapper.
 */
const WRAPPER = `
import product, * as exported from './product.js'
export { KeyRing, Ledger, Metadata, RevocationFeed, Subject, Throttle } from './product.js'
const faults = globalThis.faults ??= new Set()
const failing = (name, target) => new Proxy(target, { get(inner, key) {
  const member = Reflect.get(inner, key)
  if (typeof member !== 'function') return member
  return (...args) => {
    if (faults.has(name)) {
      const dead = new Error(name === 'DB' ? 'D1_ERROR: Network connection lost.' : 'Durable Object is overloaded.')
      if (name === 'DB' && key === 'prepare') return Reflect.apply(member, inner, args)
      if (name === 'DB' && key === 'withSession') return { batch: async () => { throw dead } }
      if (name !== 'DB') return new Proxy({}, { get: () => async () => { throw Object.assign(dead, { overloaded: true }) } })
      return Promise.reject(dead)
    }
    return Reflect.apply(member, inner, args)
  }
} })
const OBJECTS = ['KEY_RING', 'LEDGER', 'REVOCATION_FEED', 'SUBJECT']
const wrap = (env) => ({ ...env, ...Object.fromEntries(['DB', ...OBJECTS].map((name) => [name, failing(name, env[name])])) })
let wrapped
export class Verifier extends exported.Verifier {
  constructor(context, env) { super(context, wrapped ??= wrap(env)) }
  verify(...args) {
    if (faults.has('VERIFIER')) throw new Error('Network connection lost.')
    return super.verify(...args)
  }
}
export default {
  async fetch(request, env, context) {
    const url = new URL(request.url)
    if (url.pathname === '/test/faults') {
      faults.clear()
      for (const name of (url.searchParams.get('on') ?? '').split(',')) if (name !== '') faults.add(name)
      if (url.searchParams.has('skew')) {
        const skew = Number(url.searchParams.get('skew')) * 1000
        const real = (globalThis.realNow ??= Date.now)
        Date.now = () => real() + skew
      }
      return new Response('ok')
    }
    return product.fetch(request, wrapped ??= wrap(env), context)
  },
  scheduled: (controller, env, context) => product.scheduled(controller, env, context),
}
`

export interface Isolate {
  readonly origin: string
}

export interface Runtime {
  readonly isolates: readonly Isolate[]
  /** Workers that are not the product, in the order in which they were asked for. */
  readonly beside: readonly Isolate[]
  /** Runs a statement on the configuration, for what no door makes yet. */
  readonly execute: (sql: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Applies migrations as statements; the runtime has no wrangler beside it. */
async function migrate(miniflare: Miniflare, binding: string, folder: string): Promise<void> {
  const db = await miniflare.getD1Database(binding, 'isolate-0')
  for (const file of readdirSync(folder).toSorted()) {
    const statements = readFileSync(join(folder, file), 'utf8')
      .replaceAll(/^--.*$/gm, '')
      .split(';')
      .map((statement) => statement.trim())
      .filter((statement) => statement !== '')
    await db.batch(statements.map((statement) => db.prepare(statement)))
  }
}

function workerOptions(
  index: number,
  folder: string,
  bindings: Readonly<Record<string, string>>,
  outside: Outside | undefined,
): V4WorkerOptions & { name: string } {
  const owner = 'isolate-0'
  const object = (className: string) =>
    index === 0 ? { className, useSQLite: true } : { className, scriptName: owner, useSQLite: true }
  return {
    name: `isolate-${index}`,
    compatibilityDate: '2026-10-20',
    compatibilityFlags: ['global_fetch_strictly_public'],
    modules: [
      { type: 'ESModule', path: join(folder, 'wrapper.js') },
      { type: 'ESModule', path: join(folder, 'product.js') },
      ...readdirSync(folder)
        .filter((file) => file.endsWith('.wasm'))
        .map((file) => ({ type: 'CompiledWasm' as const, path: join(folder, file) })),
    ],
    modulesRoot: folder,
    bindings: { ...testBindings, ORIGIN, ...bindings },
    d1Databases: { DB: 'configuration', LOG_DB: 'log' },
    durableObjects: {
      KEY_RING: object('KeyRing'),
      LEDGER: object('Ledger'),
      REVOCATION_FEED: object('RevocationFeed'),
      SUBJECT: object('Subject'),
      THROTTLE: object('Throttle'),
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    ...(outside !== undefined && { outboundService: outside }),
  } as V4WorkerOptions & { name: string }
}

/** Answers what the product asks outside. */
type Outside = (request: Request) => Response

/** What `service` is in the configuration of a Worker beside the product, as a deployment names it. */
const DEPLOYED = 'edgemint'

interface BoundService {
  readonly binding: string
  readonly service: string
  readonly entrypoint?: string
}

/** Another Worker of the account, with the bindings of its own configuration. */
function besideOptions(configuration: string): V4WorkerOptions & { name: string } {
  const folder = temporaryFolder()
  buildWorker(configuration, folder)
  const config = unstable_readConfig({ config: configuration })
  const { name, compatibility_date: compatibilityDate, vars } = config
  const services: readonly BoundService[] = config.services ?? []
  const bound = services.map(({ binding, service, entrypoint }) => {
    if (service !== DEPLOYED) throw new Error(`${configuration}: nothing is deployed as ${service}`)
    return [binding, { name: 'isolate-0', entrypoint }] as const
  })
  return {
    name,
    compatibilityDate,
    ...readModules(folder, 'index.js'),
    bindings: vars,
    serviceBindings: Object.fromEntries(bound),
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  } as V4WorkerOptions & { name: string }
}

/**
 * Starts `count` isolates on one empty state. `bindings` override the environment of the tests. `beside` are
 * configurations of other Workers. `wrapper` stands around the product in each isolate.
 */
export async function startRuntime(
  count: number,
  bindings: Readonly<Record<string, string>> = {},
  outside?: Outside,
  beside: readonly string[] = [],
  wrapper = WRAPPER,
): Promise<Runtime> {
  const folder = temporaryFolder()
  buildWorker(join(REPOSITORY, 'wrangler.toml'), folder)
  cpSync(join(folder, 'index.js'), join(folder, 'product.js'))
  writeFileSync(join(folder, 'wrapper.js'), wrapper)
  const workers = Array.from({ length: count }, (_, index) =>
    workerOptions(index, folder, bindings, outside),
  )
  const written: string[] = []
  const others = beside.map(besideOptions)
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      cf: false,
      log: new NoOpLog(),
      logRequests: false,
      handleStructuredLogs: ({ message }) => void written.push(message),
      workers: [...workers, ...others],
    }),
  )
  await miniflare.ready
  await migrate(miniflare, 'DB', join(REPOSITORY, 'src/store/migrations'))
  await migrate(miniflare, 'LOG_DB', join(REPOSITORY, 'src/store/log-migrations'))
  const reached = (list: readonly { readonly name: string }[]): Promise<Isolate[]> =>
    Promise.all(
      list.map(async ({ name }) => ({ origin: (await miniflare.unsafeGetDirectURL(name)).origin })),
    )
  return {
    isolates: await reached(workers),
    beside: await reached(others),
    async execute(sql) {
      const db = await miniflare.getD1Database('DB', 'isolate-0')
      await db.prepare(sql).run()
    },
    async stop() {
      await miniflare.dispose()
      refuseSecrets(written, 'an isolate')
    },
  }
}
