/**
 * openauth as its documentation sets it up on Workers: tokens in KV where the Worker has a namespace, and otherwise in
 * a map in memory, which is the least that its storage can cost. A machine proves a secret that is kept hashed; people
 * have passwords (openauth's own provider and hash), or are simply let in where only their codes are wanted.
 */
import { issuer } from '@openauthjs/openauth'
import { PasswordProvider, ScryptHasher } from '@openauthjs/openauth/provider/password'
import { CloudflareStorage } from '@openauthjs/openauth/storage/cloudflare'
import {
  joinKey,
  splitKey,
  Storage,
  type StorageAdapter,
} from '@openauthjs/openauth/storage/storage'
import { createSubjects } from '@openauthjs/openauth/subject'
import { countedKv, KV_OPERATIONS_PATH, kvOperations } from './counted-kv.ts'

interface OpenauthEnv {
  readonly KV?: KVNamespace
  readonly CLIENT_ID: string
  readonly CLIENT_SECRET: string
  readonly PASSWORD: string
}

interface Entry {
  readonly value: object
  readonly until: number
}

/**
 * Its own storage in memory is a sorted list, into which each new entry is moved. The refresh tokens of machines, which
 * nobody asks for, would fill the isolate: they are forgotten from time to time.
 */
class MapStorage implements StorageAdapter {
  readonly #entries = new Map<string, Entry>()
  readonly #ofMachines = new Map<string, Entry>()

  async get(key: string[]): Promise<object | undefined> {
    const entry = this.#holding(key).get(joinKey(key))
    return entry !== undefined && entry.until > Date.now() ? entry.value : undefined
  }

  async set(key: string[], value: object, expiry?: Date): Promise<void> {
    if (this.#ofMachines.size >= MACHINE_ENTRIES_MAX) this.#ofMachines.clear()
    this.#holding(key).set(joinKey(key), { value, until: expiry?.getTime() ?? Infinity })
  }

  async remove(key: string[]): Promise<void> {
    this.#holding(key).delete(joinKey(key))
  }

  async *scan(prefix: string[]): AsyncGenerator<[string[], object]> {
    const start = joinKey([...prefix, ''])
    for (const [name, { value }] of this.#holding(prefix))
      if (name.startsWith(start)) yield [splitKey(name), value]
  }

  #holding([kind, subject]: string[]): Map<string, Entry> {
    const isOfMachine = kind === 'oauth:refresh' && subject?.startsWith('machine:') === true
    return isOfMachine ? this.#ofMachines : this.#entries
  }
}

/** KV keeps nothing for less than a minute, and openauth asks for a minute less the time that has passed. */
const patient = (namespace: KVNamespace): Pick<KVNamespace, 'get' | 'put' | 'delete' | 'list'> => ({
  get: namespace.get.bind(namespace),
  delete: (key: string) => namespace.delete(key),
  list: namespace.list.bind(namespace),
  put: (key: string, value: string, { expirationTtl }: KVNamespacePutOptions = {}) =>
    namespace.put(
      key,
      value,
      expirationTtl === undefined ? {} : { expirationTtl: Math.max(KV_TTL_MIN, expirationTtl) },
    ),
})

const KV_TTL_MIN = 60
const MACHINE_ENTRIES_MAX = 10_000
const PEOPLE_PATH = '/bench/people'

interface Subject {
  readonly id: string
}

const isSubject = (value: unknown): value is Subject =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'

const anySubject = {
  '~standard': {
    version: 1,
    vendor: 'bench',
    validate: (value: unknown) =>
      isSubject(value) ? { value } : { issues: [{ message: 'a subject has an id' }] },
  },
} as const

const subjects = createSubjects({ user: anySubject, machine: anySubject })

const encoder = new TextEncoder()
const digest = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', encoder.encode(text))

function issuerOf(env: OpenauthEnv) {
  const storage =
    env.KV === undefined
      ? new MapStorage()
      : CloudflareStorage({ namespace: patient(countedKv(env.KV)) })
  const secretDigest = digest(env.CLIENT_SECRET)
  const hasher = ScryptHasher()
  const app = issuer({
    subjects,
    storage,
    allow: async () => true,
    providers: {
      machine: {
        type: 'machine',
        init() {},
        async client({ clientID, clientSecret }) {
          const presented = await digest(clientSecret)
          if (clientID !== env.CLIENT_ID) throw new Error('no such client')
          if (!crypto.subtle.timingSafeEqual(presented, await secretDigest))
            throw new Error('wrong secret')
          return { id: clientID }
        },
      },
      welcome: {
        type: 'welcome',
        init(routes, auth) {
          routes.get('/authorize', (context) => auth.success(context, { id: crypto.randomUUID() }))
        },
      },
      password: PasswordProvider({
        hasher,
        login: async () => new Response('the form'),
        register: async () => new Response('the form'),
        change: async () => new Response('the form'),
        sendCode: async () => {},
      }),
    },
    success: async (context, value) => {
      const type = value['provider'] === 'machine' ? 'machine' : 'user'
      return context.subject(type, { id: String(value['id'] ?? value['email']) })
    },
  })
  const createPeople = async (count: number): Promise<void> => {
    const hash = await hasher.hash(env.PASSWORD)
    for (let at = 0; at < count; at++)
      await Storage.set(storage, ['email', `person-${at}@bench.example`, 'password'], hash)
  }
  return { app, createPeople }
}

let made: ReturnType<typeof issuerOf> | undefined

export default {
  async fetch(request: Request, env: OpenauthEnv, context: ExecutionContext): Promise<Response> {
    made ??= issuerOf(env)
    const url = new URL(request.url)
    if (url.pathname === KV_OPERATIONS_PATH) return kvOperations()
    if (url.pathname !== PEOPLE_PATH) return made.app.fetch(request, env, context)
    await made.createPeople(Number(url.searchParams.get('count')))
    return new Response('done')
  },
}
