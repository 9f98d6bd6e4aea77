/**
 * Counts what the product asks of the platform, from outside: proxies around its bindings, around
 * `ctx.exports` and around the global caches and `fetch`. It can put storage at a distance and make an
 * isolate begin anew as well. It is loaded into workerd beside the built bundle for counting runs only,
 * never where the product's speed is held against others, and so imports nothing.
 */

export interface Operations {
  d1: number
  durableObject: number
  cache: number
  entrypoint: number
  fetch: number
  /** Rows that D1 looked at. */
  rowsRead: number
}

type Kind = Exclude<keyof Operations, 'rowsRead'>
type Callable = (...args: unknown[]) => unknown
type Bindings = Readonly<Record<string, unknown>>

export const total: Operations = {
  d1: 0,
  durableObject: 0,
  cache: 0,
  entrypoint: 0,
  fetch: 0,
  rowsRead: 0,
}

/** What a request says of the platform that it wants to meet. */
export const platform = {
  /** Before each call to D1 and to a Durable Object. */
  millisAway: 0,
  /** Another number is another isolate as far as the product can tell: it knows nothing yet. */
  isolate: 0,
}

const unwrapped = new WeakMap<object, object>()
const bare = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? (unwrapped.get(value) ?? value) : value

function object(value: unknown): object {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value
  throw new TypeError('the platform gave something other than an object')
}

/** Runs `method` on the real object: the platform's objects refuse a proxy as `this`. */
function relay(target: object, property: PropertyKey, args: readonly unknown[]): unknown {
  const method: Callable = Reflect.get(target, property)
  return Reflect.apply(
    method,
    target,
    args.map((arg) => (Array.isArray(arg) ? arg.map(bare) : arg)),
  )
}

type Rule = (property: string, call: (...args: unknown[]) => unknown) => Callable | undefined

/** A stand-in whose methods pass through `rule`; what the rule leaves alone goes straight through. */
function standIn<T extends object>(target: T, rule: Rule): T {
  const proxy = new Proxy(target, {
    get(_, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function' || typeof property === 'symbol') return value
      const call: Callable = (...args) => relay(target, property, args)
      return rule(property, call) ?? call
    },
  })
  unwrapped.set(proxy, target)
  return proxy
}

const counted =
  (kind: Kind, call: Callable): Callable =>
  (...args) => {
    total[kind]++
    return call(...args)
  }

/** D1 and Durable Objects: what may be far away. */
const stored = (kind: 'd1' | 'durableObject', call: Callable): Callable => {
  const reached: Callable = (...args) => {
    const { millisAway } = platform
    if (millisAway === 0) return call(...args)
    return new Promise((resolve) => {
      setTimeout(resolve, millisAway)
    }).then(() => call(...args))
  }
  const answered: Callable = async (...args) => {
    const answer = await reached(...args)
    total.rowsRead += rowsReadOf(answer)
    return answer
  }
  return counted(kind, kind === 'd1' ? answered : reached)
}

/** Of a result, or of a batch of them; `first` and `raw` do not tell. */
function rowsReadOf(answer: unknown): number {
  if (Array.isArray(answer)) return answer.reduce((sum: number, one) => sum + rowsReadOf(one), 0)
  if (typeof answer !== 'object' || answer === null) return 0
  const meta: unknown = Reflect.get(answer, 'meta')
  if (typeof meta !== 'object' || meta === null) return 0
  const rows: unknown = Reflect.get(meta, 'rows_read')
  return typeof rows === 'number' ? rows : 0
}

const then =
  (call: Callable, wrap: (value: object) => object): Callable =>
  (...args) =>
    wrap(object(call(...args)))

const statement = (target: object): object =>
  standIn(target, (method, call) =>
    method === 'bind' ? then(call, statement) : stored('d1', call),
  )

const DATABASE_RULES: Readonly<Record<string, (call: Callable) => Callable>> = {
  prepare: (call) => then(call, statement),
  withSession: (call) => then(call, database),
  batch: (call) => stored('d1', call),
  exec: (call) => stored('d1', call),
  dump: (call) => stored('d1', call),
}

function database(target: object): object {
  return standIn(target, (method, call) => DATABASE_RULES[method]?.(call))
}

/** Every call on a stub is a round trip, except asking for its connection to be given back. */
const stub = (target: object, kind: 'durableObject' | 'entrypoint'): object =>
  standIn(target, (method, call) => {
    if (method === 'dup') return undefined
    return kind === 'durableObject' ? stored(kind, call) : counted(kind, call)
  })

function namespace(target: object): object {
  return standIn(target, (method, call) => {
    if (method === 'get' || method === 'getByName')
      return then(call, (object) => stub(object, 'durableObject'))
    return method === 'jurisdiction' ? then(call, namespace) : undefined
  })
}

/** A stub claims to have every property, so that kinds are told by the class. */
const className = (value: object): string => Object.getPrototypeOf(value)?.constructor?.name ?? ''
const isNamespace = (value: object): boolean => className(value).endsWith('DurableObjectNamespace')

function binding(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (className(value) === 'D1Database') return database(value)
  return isNamespace(value) ? namespace(value) : value
}

const countedEnvironments = new WeakMap<object, { isolate: number; bindings: Bindings }>()

/**
 * The same stand-in every time, because the product may keep what it builds by its environment; in another isolate
 * another one. Spaces mean nothing in a list of origins, but the product begins anew when its settings change.
 */
export function countedBindings(env: Bindings): Bindings {
  const { isolate } = platform
  const known = countedEnvironments.get(env)
  if (known?.isolate === isolate) return known.bindings
  const counted = Object.entries(env).map(([name, value]) => [name, binding(value)])
  const bindings = {
    ...Object.fromEntries(counted),
    OUTBOUND_ALLOWED_ORIGINS: ' '.repeat(isolate),
  }
  countedEnvironments.set(env, { isolate, bindings })
  return bindings
}

function countedExports(exported: object): object {
  return new Proxy(exported, {
    get(target, name) {
      const entrypoint: Callable | undefined = Reflect.get(target, name)
      if (entrypoint === undefined) return undefined
      if (isNamespace(entrypoint)) return namespace(entrypoint)
      return new Proxy(entrypoint, {
        get: (_, method): unknown => Reflect.get(stub(entrypoint, 'entrypoint'), method),
        apply: (_, __, args) => stub(object(entrypoint(...args)), 'entrypoint'),
      })
    },
  })
}

export function countedContext<T extends object>(context: T): T {
  return new Proxy(context, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (property === 'exports' && value) return countedExports(object(value))
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const memories: WebAssembly.Memory[] = []

/** What the memory of WebAssembly modules takes by now, which no inspector tells. */
export const moduleBytes = (): number =>
  memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)

function watchModules(): void {
  const watched = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance: WebAssembly.Instance = Reflect.construct(target, args)
      const { memory } = instance.exports
      if (memory instanceof WebAssembly.Memory) memories.push(memory)
      return instance
    },
  })
  Reflect.set(WebAssembly, 'Instance', watched)
}

/** Counts through the global objects; called before the product's modules are evaluated. */
export function countGlobals(): void {
  watchModules()
  for (const method of ['match', 'put', 'delete'] as const) {
    const original: Callable = Reflect.get<object, string>(Cache.prototype, method)
    const counting = function (this: Cache, ...args: unknown[]): unknown {
      total.cache++
      return Reflect.apply(original, this, args)
    }
    Object.defineProperty(Cache.prototype, method, { value: counting })
  }
  const original: Callable = Reflect.get<object, string>(globalThis, 'fetch')
  Reflect.set(globalThis, 'fetch', counted('fetch', original))
}
