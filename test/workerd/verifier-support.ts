/** A verifier in an isolate of its own, whose storage is counted and can be away, and tokens for it. */
import { vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { verifyAccessToken, type VerifyContext } from '../../src/endpoints/verify.ts'
import type { Expected, Verdict } from '../../src/verifier/verdict.ts'
import { counted } from './counting.ts'
import { apart } from './meanwhile.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { mintWith, ORIGIN, type Json, type TestClient, type TestServer } from './support.ts'
import { tokensFor } from './token-support.ts'

type Binding = 'DB' | 'KEY_RING' | 'LEDGER' | 'REVOCATION_FEED' | 'SUBJECT'

/** Bindings that answer nobody. */
export const away = new Set<Binding>()

const leaving = <Target extends object>(name: Binding, target: Target): Target =>
  new Proxy(target, {
    get(_, member) {
      if (away.has(name)) throw new Error('away')
      const found: unknown = Reflect.get(target, member)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })

let isolates = 0

const underWay: Promise<unknown>[] = []

export const AUDIENCE = 'api://test'

/** Knows nothing, and hears of nothing but what storage says. */
export function aVerifier(): (token: string, expected: Expected) => Promise<Verdict> {
  const { DB, KEY_RING, LEDGER, REVOCATION_FEED, SUBJECT } = counted
  const elsewhere = {
    ...counted,
    ORIGIN,
    // An environment that is written in another way is composed anew.
    KEY_ENCRYPTION_KEY: apart.KEY_ENCRYPTION_KEY + ' '.repeat(++isolates),
    DB: leaving('DB', DB),
    KEY_RING: leaving('KEY_RING', KEY_RING),
    LEDGER: leaving('LEDGER', LEDGER),
    REVOCATION_FEED: leaving('REVOCATION_FEED', REVOCATION_FEED),
    SUBJECT: leaving('SUBJECT', SUBJECT),
  }
  const context: VerifyContext = {
    ...compositionOf(elsewhere).verifier,
    waitUntil: (work) => underWay.push(work),
  }
  return (token, expected) => verifyAccessToken(token, expected, context)
}

/** What went on in the background has ended. */
export const settled = async (): Promise<void> => {
  await Promise.allSettled(underWay.splice(0))
}

/** Moves the clock of everybody, from now on. */
export const later = (seconds: number): void => {
  vi.setSystemTime(Date.now() + seconds * 1000)
}

export interface HeldTokens {
  readonly server: TestServer
  readonly app: SignInApp
  readonly person: TestPerson
  readonly tokens: Json
  readonly token: string
}

/** A person with the tokens of an app. */
export async function heldTokens(
  server: TestServer,
  changes: Partial<Pick<HeldTokens, 'app' | 'person'>> = {},
): Promise<HeldTokens> {
  const app = changes.app ?? (await aSignInApp())
  const person = changes.person ?? (await aPersonWithPassword())
  const scope = 'openid offline_access'
  const tokens = await tokensFor(server.issuer, app, person, { scope })
  return { server, app, person, tokens, token: tokens['access_token'] }
}

export const machineToken = async (server: TestServer, client: TestClient): Promise<string> =>
  ((await (await mintWith(server, client)).json()) as Json)['access_token']
