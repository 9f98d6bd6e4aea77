/** The reference model of soaks: what it explains, and what it does not. Each history here is a sentence of a specification. */
import { describe, expect, it } from 'vitest'
import { explain, TooOpen } from '../../soak/model/history.ts'
import { newWorld, type World } from '../../soak/model/world.ts'
import type {
  AppName,
  Command,
  CommandOf,
  LifecycleAction,
  Outcome,
  ServerName,
  Verb,
} from '../../soak/vocabulary.ts'

const KEYS = [
  { kid: 'first', status: 'ACTIVE' },
  { kid: 'second', status: 'NEXT' },
]

const START = 1000

type Said<V extends Verb> = Partial<CommandOf<V>> & { readonly verb: V }

/** A command of the shop at the server of orders. */
const command = <V extends Verb>(said: Said<V>): Command =>
  ({
    isolate: 0,
    app: 'shop',
    server: 'orders',
    user: 'ada',
    verifier: 'right',
    ...said,
  }) as Command

const access = (name: string, now: number, kid = 'first'): Pick<Outcome, 'access'> => ({
  access: { name, kid, expires: now + 300 },
})

const done = (of: Omit<Outcome, 'kind'> = {}): Outcome => ({ kind: 'done', ...of })
const refused = (error: string): Outcome => ({ kind: 'refused', error })

type Event = readonly [Said<Verb>, Outcome]

class Story {
  worlds: readonly World[] = [newWorld(START, { orders: KEYS, stock: KEYS })]

  /** Whether what comes back of commands that are sent at once can be. */
  explains(now: number, events: readonly Event[], isFaulted = false): boolean {
    const batch = events.map(([said, outcome]) => ({ command: command(said), outcome }))
    const { worlds } = explain(this.worlds, batch, { now, isFaulted })
    if (worlds.length > 0) this.worlds = worlds
    return worlds.length > 0
  }

  /** The same of what must be possible. */
  sees(now: number, ...events: readonly Event[]): this {
    expect(this.explains(now, events)).toBe(true)
    return this
  }

  never(now: number, ...events: readonly Event[]): this {
    expect(this.explains(now, events)).toBe(false)
    return this
  }
}

const signedIn = (): Story =>
  new Story()
    .sees(1000, [{ verb: 'authenticate' }, done({ sessionToken: 'proof' })])
    .sees(1001, [{ verb: 'begin', sessionToken: 'proof' }, done({ session: 'session' })])
    .sees(1002, [{ verb: 'authorize', session: 'session' }, done({ code: 'code' })])

const REDEEM = { verb: 'redeem', code: 'code' } as const
const refresh = (token: string) => ({ verb: 'refresh', token }) as const
const introspect = (token: string) => ({ verb: 'introspect', token }) as const
const GIVEN = done({ ...access('a0', 1010), refresh: 'r0' })
const ACTIVE = (now: number): Outcome =>
  done({ active: true, access: { name: '', kid: '', expires: now + 300 } })
const INACTIVE = done({ active: false })

const withTokens = (): Story => signedIn().sees(1010, [REDEEM, GIVEN])

describe('codes', () => {
  it('[RFC6749-4.1.2] one that is redeemed again ends what came of it, and is never given for twice', () => {
    withTokens()
      .sees(1011, [introspect('a0'), ACTIVE(1010)])
      .never(1012, [REDEEM, done({ ...access('a1', 1012), refresh: 'r1' })])
      .sees(1012, [REDEEM, refused('invalid_grant')])
      .never(1013, [introspect('a0'), ACTIVE(1010)])
      .never(1013, [refresh('r0'), done({ ...access('a1', 1013), refresh: 'r1' })])
      .sees(1013, [introspect('a0'), INACTIVE])
  })

  it('[RFC6749-4.1.2] is good until the second in which it expires', () => {
    signedIn().sees(1301, [REDEEM, done({ ...access('a0', 1301), refresh: 'r0' })])
    signedIn()
      .never(1302, [REDEEM, done({ ...access('a0', 1302), refresh: 'r0' })])
      .sees(1302, [REDEEM, refused('invalid_grant')])
  })

  it('of two at once one is given for, and the other one may come first or second', () => {
    signedIn().sees(1010, [REDEEM, GIVEN], [REDEEM, refused('invalid_grant')])
    signedIn().never(
      1010,
      [REDEEM, GIVEN],
      [REDEEM, done({ ...access('a1', 1010), refresh: 'r1' })],
    )
    signedIn().never(1010, [REDEEM, refused('invalid_grant')], [REDEEM, refused('invalid_grant')])
  })

  it('of two at once neither may be given for when an answer got lost, and then nothing is left of it', () => {
    const wrong = { ...REDEEM, verifier: 'wrong' } as const
    for (const other of [REDEEM, wrong]) {
      const story = signedIn()
      const both: readonly Event[] = [
        [REDEEM, refused('invalid_grant')],
        [other, refused('invalid_grant')],
      ]
      story.never(1010, ...both)
      expect(story.explains(1010, both, true)).toBe(true)
      story.never(1011, [REDEEM, GIVEN]).sees(1011, [REDEEM, refused('invalid_grant')])
    }
    expect(signedIn().explains(1010, [[REDEEM, refused('invalid_grant')]], true)).toBe(false)
  })
})

describe('an ending that is carried out meanwhile', () => {
  const clear = (tokens: boolean): Event => [{ verb: 'clear-sessions', tokens }, done()]
  const REVOKE_OF_USER: Event = [{ verb: 'revoke-of-user' }, done()]
  const REVOKE_OF_CLIENT: Event = [{ verb: 'revoke-of-client' }, done({ listed: [] })]
  const DENIED: Event = [{ verb: 'authenticate' }, refused('denied')]
  const LOGIN_REQUIRED: Event = [{ verb: 'authorize', session: 'session' }, refused('login_required')] // prettier-ignore
  const NO_GRANT: Event = [{ verb: 'password', app: 'notes' }, refused('invalid_grant')]

  it('may refuse a password that was right before it', () => {
    new Story().never(1000, DENIED)
    for (const tokens of [true, false]) new Story().sees(1000, DENIED, clear(tokens))
    new Story().never(1000, [{ verb: 'authenticate', user: 'bob' }, refused('denied')], clear(true))
    new Story().never(1000, DENIED, REVOKE_OF_USER)
    new Story().sees(1000, clear(true)).never(1000, DENIED)
  })

  it('may refuse an authorization in a session that stands, where it ends such tokens', () => {
    signedIn().never(1010, LOGIN_REQUIRED)
    signedIn().sees(1010, LOGIN_REQUIRED, REVOKE_OF_USER)
    signedIn().sees(1010, LOGIN_REQUIRED, REVOKE_OF_CLIENT)
    signedIn().never(1010, LOGIN_REQUIRED, [{ verb: 'revoke-of-user', user: 'bob' }, done()])
    signedIn().never(1010, LOGIN_REQUIRED, [{ verb: 'revoke-of-user', app: 'notes' }, done()])
    signedIn().never(1010, LOGIN_REQUIRED, [{ verb: 'revoke-of-client', server: 'stock' }, done({ listed: [] })]) // prettier-ignore
  })

  it('may refuse a password at the token endpoint, where it ends such tokens', () => {
    new Story().never(1000, NO_GRANT)
    new Story().sees(1000, NO_GRANT, clear(true))
    new Story().never(1000, NO_GRANT, clear(false))
    new Story().sees(1000, NO_GRANT, [{ verb: 'revoke-of-client', app: 'notes' }, done({ listed: [] })]) // prettier-ignore
    new Story().never(1000, NO_GRANT, REVOKE_OF_CLIENT)
  })

  it('may refuse what an app asks for that is deactivated, or at a server that is deleted', () => {
    const app = (action: LifecycleAction, name: AppName): Event => [{ verb: 'change-app', action, app: name }, done()] // prettier-ignore
    const server = (action: LifecycleAction, name: ServerName): Event => [{ verb: 'change-server', action, server: name }, done()] // prettier-ignore
    new Story().sees(1000, NO_GRANT, app('deactivate', 'notes'))
    new Story().sees(1000, NO_GRANT, server('delete', 'orders'))
    for (const change of [
      app('deactivate', 'shop'),
      app('activate', 'notes'),
      server('delete', 'stock'),
      server('deactivate', 'orders'),
    ])
      new Story().never(1000, NO_GRANT, change)
    signedIn().sees(1010, LOGIN_REQUIRED, app('deactivate', 'shop'))
    signedIn().never(1010, LOGIN_REQUIRED, app('deactivate', 'notes'))
  })
})

describe('sessions', () => {
  const AUTHORIZE = { verb: 'authorize', session: 'session' } as const
  const IDLE = 7200
  const CODE = done({ code: 'later' })

  it('are over two hours after they were last used', () => {
    signedIn().sees(1001 + IDLE, [AUTHORIZE, CODE])
    signedIn().never(1002 + IDLE, [AUTHORIZE, CODE])
    signedIn().sees(1002 + IDLE, [AUTHORIZE, refused('login_required')])
  })

  it('may have been used for a server that was gone, as long as it is believed in', () => {
    for (const [now, isFaulted, isBelievedIn] of [
      [1030, false, true],
      [1300, false, false],
      [1300, true, true],
    ] as const) {
      const story = signedIn().sees(1003, [
        { verb: 'change-server', action: 'delete', isolate: 1 },
        done(),
      ])
      expect(story.explains(now, [[AUTHORIZE, refused('not_found')]], isFaulted)).toBe(true)
      const later = { ...AUTHORIZE, server: 'stock' } as const
      expect(story.explains(now - 1 + IDLE, [[later, CODE]])).toBe(isBelievedIn)
    }
  })
})

describe('refresh tokens', () => {
  const rotated = (): Story =>
    withTokens().sees(1020, [refresh('r0'), done({ ...access('a1', 1020), refresh: 'r1' })])

  it('[RFC9700-4.14.2] inside the leeway the one before brings the same successor, and no other', () => {
    rotated()
      .never(1049, [refresh('r0'), done({ ...access('a2', 1049), refresh: 'r2' })])
      .sees(1049, [refresh('r0'), done({ ...access('a2', 1049), refresh: 'r1' })])
  })

  it('[RFC9700-4.14.2] after the leeway, and two generations back, the family ends', () => {
    rotated()
      .never(1050, [refresh('r0'), done({ ...access('a2', 1050), refresh: 'r1' })])
      .sees(1050, [refresh('r0'), refused('invalid_grant')])
      .never(1051, [refresh('r1'), done({ ...access('a2', 1051), refresh: 'r2' })])
    rotated()
      .sees(1021, [refresh('r1'), done({ ...access('a2', 1021), refresh: 'r2' })])
      .sees(1022, [refresh('r0'), refused('invalid_grant')])
      .sees(1023, [introspect('a2'), INACTIVE])
  })

  it('[RFC9700-4.14.2] a good one is never refused', () => {
    withTokens().never(1020, [refresh('r0'), refused('invalid_grant')])
  })

  it('what was lost has happened or has not, and asking again gives one answer', () => {
    const lost = (): Story => {
      const story = withTokens()
      expect(story.explains(1020, [[refresh('r0'), { kind: 'unavailable' }]], true)).toBe(true)
      return story.sees(1025, [refresh('r0'), done({ ...access('a1', 1025), refresh: 'r1' })])
    }
    lost().never(1026, [refresh('r0'), done({ ...access('a2', 1026), refresh: 'r2' })])
    lost().sees(1026, [refresh('r0'), done({ ...access('a2', 1026), refresh: 'r1' })])
  })

  it('a code whose answer was lost is good for as much as before', () => {
    const lost = (): Story => {
      const story = signedIn()
      expect(story.explains(1010, [[REDEEM, { kind: 'unavailable' }]], true)).toBe(true)
      return story
    }
    lost().never(1011, [REDEEM, refused('invalid_grant')])
    lost().sees(1011, [REDEEM, done({ ...access('a0', 1011), refresh: 'r0' })])
  })

  it('nothing is unavailable while storage is well', () => {
    withTokens().never(1020, [refresh('r0'), { kind: 'unavailable' }])
  })
})

describe('endings', () => {
  it('[RFC7009-2.1] a refresh token that is revoked takes along what came with it', () => {
    withTokens()
      .sees(1011, [{ verb: 'revoke', token: 'r0' }, done()])
      .never(1012, [introspect('a0'), ACTIVE(1010)])
  })

  it('a revocation beside a question leaves both answers, and none after it', () => {
    withTokens()
      .sees(1011, [{ verb: 'revoke', token: 'a0' }, done()], [introspect('a0'), ACTIVE(1010)])
      .never(1012, [introspect('a0'), ACTIVE(1010)])
  })

  it('an app that was deactivated is heard of at once where it was changed, elsewhere within 60 seconds', () => {
    const ended = (): Story =>
      withTokens().sees(1011, [{ verb: 'change-app', action: 'deactivate' }, done()])
    ended().never(1012, [{ verb: 'client-credentials', app: 'shop' }, done(access('a1', 1012))])
    const asks = { ...introspect('a0'), app: 'notes', isolate: 1 } as const
    ended().sees(1071, [asks, ACTIVE(1010)])
    ended().never(1072, [asks, ACTIVE(1010)])
  })

  it('what an app had before it was deactivated stays dead when it is activated', () => {
    withTokens()
      .sees(1011, [{ verb: 'change-app', action: 'deactivate' }, done()])
      .sees(1012, [{ verb: 'change-app', action: 'activate' }, done()])
      .never(1013, [refresh('r0'), done({ ...access('a1', 1013), refresh: 'r1' })])
      .sees(1013, [introspect('a0'), INACTIVE])
  })

  it('a server that was deleted is gone where it was deleted; elsewhere its tokens are good or dead for 60 seconds', () => {
    const gone = (): Story =>
      withTokens().sees(1011, [{ verb: 'change-server', action: 'delete' }, done()])
    const elsewhere = { ...refresh('r0'), isolate: 1 } as const
    const given = (now: number): Outcome => done({ ...access('a1', now), refresh: 'r1' })
    gone().never(1012, [refresh('r0'), given(1012)])
    gone().sees(1071, [elsewhere, given(1071)])
    gone().sees(1071, [elsewhere, refused('invalid_grant')])
    gone().never(1072, [elsewhere, refused('invalid_grant')])
    gone().sees(1072, [elsewhere, refused('not_found')])
  })

  it('a suspended user has nothing until they are not suspended any more', () => {
    withTokens()
      .sees(1011, [{ verb: 'change-user', action: 'suspend' }, done()])
      .never(1012, [introspect('a0'), ACTIVE(1010)])
      .sees(1013, [{ verb: 'change-user', action: 'unsuspend' }, done()])
      .sees(1014, [introspect('a0'), ACTIVE(1010)])
      .never(1015, [{ verb: 'authorize', session: 'session' }, done({ code: 'another' })])
  })

  it('what a key signed that left in an emergency is dead, and a rotation ends nothing', () => {
    const next = (kid: string, ...others: readonly string[]): Outcome =>
      done({ keys: [{ kid, status: 'ACTIVE' }, { kid: 'third', status: 'NEXT' }, ...others.map((one) => ({ kid: one, status: 'EXPIRED' }))] }) // prettier-ignore
    withTokens()
      .sees(1011, [{ verb: 'rotate', emergency: false }, next('second', 'first')])
      .sees(1012, [introspect('a0'), ACTIVE(1010)])
    withTokens()
      .never(1011, [{ verb: 'rotate', emergency: true }, next('second', 'first')])
      .sees(1011, [{ verb: 'rotate', emergency: true }, next('second')])
      .never(1012, [introspect('a0'), ACTIVE(1010)])
  })
})

describe('what is open', () => {
  it('is given up where too much is', () => {
    const story = withTokens()
    const lost = { kind: 'unavailable' } as const
    const open: readonly Said<Verb>[] = [
      { verb: 'change-user', action: 'suspend' },
      { verb: 'change-user', user: 'bob', action: 'suspend' },
      ...(['shop', 'notes', 'worker'] as const).map((app) => ({ verb: 'change-app', app, action: 'deactivate' }) as const), // prettier-ignore
      ...(['orders', 'stock'] as const).map((server) => ({ verb: 'change-server', server, action: 'deactivate' }) as const), // prettier-ignore
    ]
    const tell = (): void => open.forEach((said, at) => void story.explains(1011 + at, [[said, lost]], true)) // prettier-ignore
    expect(tell).toThrow(TooOpen)
  })
})
