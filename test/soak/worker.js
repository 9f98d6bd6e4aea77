/**
 * Stands around the product in each isolate of a soak: its clock stands still until it is moved, a call to storage is
 * lost before it is made or after it was answered, objects lose their memory, and the cron trigger runs when it is told
 * to. Only here are there routes below `/soak/`.
 */
import product, * as exported from './product.js'

export const { Metadata, Verifier } = exported

/** Milliseconds; null: the clock of the machine. */
let standsAt = null
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [globalThis.Date.now()] : parts))
  }
  static now() {
    return standsAt ?? RealDate.now()
  }
}

/** The call that is lost: to which binding, when, and after how many others. */
let loss = null
/** How many calls were lost, by `binding when`. */
let lost = {}

const isLost = (binding) => {
  if (loss?.binding !== binding) return null
  if (loss.after-- > 0) return null
  const { when } = loss
  loss = null
  const name = `${binding} ${when}`
  lost[name] = (lost[name] ?? 0) + 1
  return when
}

const DATABASES = ['DB', 'LOG_DB']

/** What the platform throws: an object that is overloaded was not asked, and otherwise nobody knows. */
const fault = (binding, when) =>
  !DATABASES.includes(binding) && when === 'asked'
    ? Object.assign(new Error('Durable Object is overloaded. Requests queued for too long.'), {
        overloaded: true,
        retryable: true,
      })
    : Object.assign(new Error('Network connection lost.'), {
        retryable: !DATABASES.includes(binding) && when === 'answered',
      })

const calling = (binding, call) => async (args) => {
  const when = isLost(binding)
  if (when === 'asked') throw fault(binding, when)
  const answer = await call(...args)
  if (when !== null) throw fault(binding, when)
  return answer
}

const METHODS = new Set(['first', 'all', 'run', 'raw', 'batch'])
const originals = new WeakMap()
const original = (value) =>
  Array.isArray(value) ? value.map(original) : (originals.get(value) ?? value)

/** A database, a session or a statement of it. */
function database(binding, target) {
  const around = new Proxy(target, {
    get(inner, name) {
      const member = Reflect.get(inner, name)
      if (typeof member !== 'function') return member
      if (METHODS.has(name)) {
        const call = calling(binding, (...args) => Reflect.apply(member, inner, args.map(original)))
        return (...args) => call(args)
      }
      return (...args) => {
        const made = Reflect.apply(member, inner, args)
        return made !== null && typeof made === 'object' ? database(binding, made) : made
      }
    },
  })
  originals.set(around, target)
  return around
}

/** The objects of one class. */
const objects = (binding, namespace) =>
  new Proxy(namespace, {
    get(inner, name) {
      const member = Reflect.get(inner, name)
      if (typeof member !== 'function') return member
      if (name !== 'get' && name !== 'getByName') return member.bind(inner)
      return (...args) => {
        const stub = Reflect.apply(member, inner, args)
        return new Proxy(stub, {
          get(_, method) {
            // A stub is no promise.
            if (method === 'then') return undefined
            const call = calling(binding, (...values) => stub[method](...values))
            return (...values) => call(values)
          },
        })
      }
    },
  })

const OBJECTS = ['KEY_RING', 'LEDGER', 'REVOCATION_FEED', 'SUBJECT', 'THROTTLE']
const environments = new WeakMap()

function surrounded(env) {
  let around = environments.get(env)
  if (around === undefined) {
    around = { ...env }
    for (const name of DATABASES) around[name] = database(name, env[name])
    for (const name of OBJECTS) around[name] = objects(name, env[name])
    environments.set(env, around)
  }
  return around
}

/** An object of the product, in the same surroundings, which forgets everything but its storage when it is told to. */
const objectIn = (ObjectOfProduct) =>
  class extends ObjectOfProduct {
    #context
    constructor(context, env) {
      super(context, surrounded(env))
      this.#context = context
    }
    restart() {
      this.#context.abort('restarted by a soak')
    }
  }

export const KeyRing = objectIn(exported.KeyRing)
export const Ledger = objectIn(exported.Ledger)
export const RevocationFeed = objectIn(exported.RevocationFeed)
export const Subject = objectIn(exported.Subject)
export const Throttle = objectIn(exported.Throttle)

const CONTROLS = {
  clock: ({ at }) => {
    standsAt = at
  },
  lose: (next) => {
    loss = next
  },
  find: () => {
    // The log is written seconds later, and its loss waits for that.
    if (loss?.binding !== 'LOG_DB') loss = null
    const found = lost
    lost = {}
    return found
  },
  cron: (_, env, context) =>
    product.scheduled(
      { scheduledTime: Date.now(), cron: '*/5 * * * *', noRetry() {} },
      // Storage is well by then.
      { ...surrounded(env), LOG_DB: env.LOG_DB },
      context,
    ),
  restart: async ({ binding, name }, env) => {
    await env[binding]
      .getByName(name)
      .restart()
      .catch(() => undefined)
  },
}

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/soak/')) return product.fetch(request, surrounded(env), context)
    const told = await CONTROLS[pathname.slice('/soak/'.length)](await request.json(), env, context)
    return Response.json(told ?? {})
  },
  scheduled: (controller, env, context) => product.scheduled(controller, surrounded(env), context),
}
