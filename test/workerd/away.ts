/** Another composition of the Worker, parts of whose storage go away. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import worker from '../../src/index.ts'
import { apart } from './meanwhile.ts'
import { ORIGIN } from './support.ts'

export const PARTS = ['SUBJECT', 'DB', 'THROTTLE', 'LEDGER'] as const
export type Part = (typeof PARTS)[number]

let away: Part | null = null

/** Whoever asks it hears nothing while it is away. */
const leaving = <Target extends object>(part: Part, target: Target): Target =>
  new Proxy(target, {
    get(_, name) {
      if (away === part) throw new Error('away')
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })

const unanswered = (): Promise<never> => Promise.reject(new Error('away'))

/** The database takes statements as ever, and does not answer them. */
const database = new Proxy(env.DB, {
  get(db, name) {
    if (away === 'DB' && name === 'prepare') {
      const statement = { bind: () => statement, all: unanswered, run: unanswered }
      return () => statement
    }
    if (away === 'DB') return () => ({ batch: unanswered })
    const member: unknown = Reflect.get(db, name)
    return typeof member === 'function' ? member.bind(db) : member
  },
})

/** Another composition of the Worker, whose storage can leave it. */
const elsewhere = {
  ...env,
  ...apart,
  DB: database,
  SUBJECT: leaving('SUBJECT', env.SUBJECT),
  THROTTLE: leaving('THROTTLE', env.THROTTLE),
  LEDGER: leaving('LEDGER', env.LEDGER),
}

async function fetched(path: string, init: RequestInit): Promise<Response> {
  const context = createExecutionContext()
  const url = path.startsWith('http') ? path : ORIGIN + path
  const request = new Request(url, { redirect: 'manual', ...init })
  const response = await worker.fetch(request as never, elsewhere as never, context)
  await waitOnExecutionContext(context)
  return response
}

/** Asks a composition that is warm by another address while a part of its storage is away. */
export async function whileAway(
  part: Part,
  warmedBy: string,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  await fetched(warmedBy, {})
  away = part
  try {
    return await fetched(path, init)
  } finally {
    away = null
  }
}
