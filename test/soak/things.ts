/** What the product gave out in one history: named in the order of its first appearance, equal values alike. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Draft } from './drafts.ts'
import { isLiving } from './model/living.ts'
import type { World } from './model/world.ts'
import type { AppName, Name, Outcome, ServerName } from './vocabulary.ts'

export type Kind = 'sessionToken' | 'session' | 'code' | 'refresh' | 'access'

export interface Thing {
  readonly kind: Kind
  readonly name: Name
  readonly value: string
  /** Whom it was given to, and by whom, where that is one. */
  readonly app: AppName
  readonly server: ServerName
  /** Of a code. */
  readonly verifier: string
}

/** What seems to be true when a command is sent. */
export interface Situation {
  readonly world: World
  readonly now: number
}

export class Things {
  readonly #byValue = new Map<string, Thing>()
  readonly #byName = new Map<Name, Thing>()

  named(name: Name): Thing {
    return this.#byName.get(name)!
  }

  keep(
    kind: Kind,
    value: string,
    {
      app = 'shop',
      server = 'orders',
      verifier = '',
    }: Partial<Pick<Thing, 'app' | 'server' | 'verifier'>> = {},
  ): Name {
    const known = this.#byValue.get(`${kind} ${value}`)
    if (known !== undefined) return known.name
    const name = `${kind} ${this.#of(kind).length + 1}`
    const thing = { kind, name, value, app, server, verifier }
    this.#byValue.set(`${kind} ${value}`, thing)
    this.#byName.set(name, thing)
    return name
  }

  /** An access token with what it says of itself. */
  keepAccess(value: string, of: Pick<Thing, 'app' | 'server'>): NonNullable<Outcome['access']> {
    const name = this.keep('access', value, of)
    const { kid = '' } = decodeProtectedHeader(value)
    return { name, kid, expires: decodeJwt(value).exp ?? 0 }
  }

  /** The authorizations of a list of refresh tokens, each by an access token that came of it. */
  ofAuthorizations(ids: readonly string[]): readonly Name[] {
    const accessTokens = this.#of('access')
    return ids.flatMap((id) => {
      const token = accessTokens.find(({ value }) => decodeJwt(value).jti?.endsWith(`.${id}`))
      return token === undefined ? [] : [token.name]
    })
  }

  #of(wanted: Kind): readonly Thing[] {
    return [...this.#byName.values()].filter(({ kind }) => kind === wanted)
  }

  /** One of a kind; null while there is none. */
  back({ back, living }: Draft, { world, now }: Situation, kind: Kind): Thing | null {
    const all = this.#of(kind)
    const good = living ? all.filter(({ name }) => isLiving(world, name, now)) : []
    const things = good.length > 0 ? good : all
    return things.length === 0 ? null : things[things.length - 1 - (back % things.length)]!
  }
}
