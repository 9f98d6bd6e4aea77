/**
 * Patches of token drafts by a hook: Okta's operations one by one, and the laws that hold whatever an endpoint answers.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patchedDrafts, type PatchFault } from '../../../src/hooks/patch.ts'
import { isReserved } from '../../../src/hooks/reserved.ts'
import type { TokenDraft, TokenDrafts } from '../../../src/mint/draft.ts'
import { limits } from '../../../src/platform/limits.ts'

const ACCESS = 'com.okta.access.patch'
const IDENTITY = 'com.okta.identity.patch'

/** Frozen throughout, so that whoever changes a draft throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(frozen)
  return Object.freeze(value)
}

const draft = (claims: Record<string, unknown> = {}): TokenDraft =>
  frozen({
    claims: {
      ver: 1,
      jti: 'AT.1',
      iss: 'https://id.example',
      aud: 'api://test',
      sub: 'ann@example.com',
      ...claims,
    },
    custom: null,
    lifetimeSeconds: 3600,
  })

const both = (claims: Record<string, unknown> = {}): TokenDrafts => ({
  access: draft(claims),
  identity: draft(claims),
})

type Operation = Readonly<Record<string, unknown>>

const access = (...value: readonly Operation[]) => ({ type: ACCESS, value })
const identity = (...value: readonly Operation[]) => ({ type: IDENTITY, value })

/** The claims of an access token after operations; their fault when they cannot be carried out. */
function after(
  claims: Record<string, unknown>,
  ...operations: readonly Operation[]
): Readonly<Record<string, unknown>> | PatchFault {
  const result = patchedDrafts(both(claims), [access(...operations)])
  if (result.outcome === 'refused') return result.reason
  expect(result.drafts.identity).toEqual(both(claims).identity)
  const {
    ver: _,
    jti: __,
    iss: ___,
    aud: ____,
    sub: _____,
    ...others
  } = result.drafts.access!.claims
  return others
}

const add = (path: string, value: unknown): Operation => ({ op: 'add', path, value })
const replace = (path: string, value: unknown): Operation => ({ op: 'replace', path, value })
const remove = (path: string): Operation => ({ op: 'remove', path })

const PROFILE = { employee_profile: { employee_id: '1234', name: 'Anna', email: 'a@b.example' } }
const AIRPORTS = { preferred_airports: ['sjc', 'sfo', 'oak'] }
const airports = (...preferred_airports: readonly string[]) => ({ preferred_airports })

it('custom claims of a draft are added to, replaced and removed as any other', () => {
  const custom = frozen({ plan: 'silver', limits: { daily: 5 } })
  const drafts = { access: { ...draft(), custom }, identity: null }
  const operations = [
    { op: 'replace', path: '/claims/plan', value: 'gold' },
    { op: 'add', path: '/claims/limits/hourly', value: 1 },
    { op: 'remove', path: '/claims/limits/daily', value: null },
  ]
  const result = patchedDrafts(drafts, [access(...operations)])
  expect(result.outcome === 'patched' && result.drafts.access).toEqual(
    draft({ plan: 'gold', limits: { hourly: 1 } }),
  )
})

describe('a claim', () => {
  it.each([
    ['is added', {}, add('/claims/external_guid', 'F0'), { external_guid: 'F0' }],
    ['is added over one that is there', { a: 1 }, add('/claims/a', 2), { a: 2 }],
    ['is added with whatever JSON has', {}, add('/claims/a', [{ b: null }]), { a: [{ b: null }] }],
    ['is replaced', { a: 1 }, replace('/claims/a', { b: 2 }), { a: { b: 2 } }],
    ['is replaced by nothing', { a: 1 }, replace('/claims/a', null), { a: null }],
    ['is removed', { a: 1, b: 2 }, remove('/claims/a'), { b: 2 }],
    ['is removed with a null', { a: 1 }, { ...remove('/claims/a'), value: null }, {}],
    ['has a name with a slash', {}, add('/claims/https:~1~1x.example~1a~0b', 1), { 'https://x.example/a~b': 1 }], // prettier-ignore
  ])('%s', (_, claims, operation, expected) => {
    expect(after(claims, operation)).toEqual(expected)
  })

  it('gets a member, another value of it, and loses it', () => {
    const { employee_profile: before } = PROFILE
    const path = '/claims/employee_profile'
    expect(after(PROFILE, add(`${path}/department_id`, '4947'))).toEqual({
      employee_profile: { ...before, department_id: '4947' },
    })
    expect(after(PROFILE, replace(`${path}/email`, 'x'))).toEqual({
      employee_profile: { ...before, email: 'x' },
    })
    const { email: _, ...others } = before
    expect(after(PROFILE, remove(`${path}/email`))).toEqual({ employee_profile: others })
  })

  it.each([
    ['at an index behind the last', add('/claims/preferred_airports/3', 'lax'), airports('sjc', 'sfo', 'oak', 'lax')], // prettier-ignore
    ['behind the last', add('/claims/preferred_airports/-', 'lax'), airports('sjc', 'sfo', 'oak', 'lax')], // prettier-ignore
    ['before another', add('/claims/preferred_airports/1', 'lax'), airports('sjc', 'lax', 'sfo', 'oak')], // prettier-ignore
    ['in the place of another', replace('/claims/preferred_airports/1', 'lax'), airports('sjc', 'lax', 'oak')], // prettier-ignore
    ['no longer', remove('/claims/preferred_airports/1'), airports('sjc', 'oak')],
  ])('has an element %s', (_, operation, expected) => {
    expect(after(AIRPORTS, operation)).toEqual(expected)
  })

  it('changes deep inside', () => {
    const claims = { a: { b: [{ c: 1 }] } }
    expect(after(claims, replace('/claims/a/b/0/c', 2))).toEqual({ a: { b: [{ c: 2 }] } })
  })

  it('is what several operations make of it, in their order', () => {
    expect(
      after(
        {},
        add('/claims/a', {}),
        add('/claims/a/b', [1]),
        add('/claims/a/b/-', 2),
        remove('/claims/a/b/0'),
      ),
    ).toEqual({ a: { b: [2] } })
  })

  it('of a command is not the one of the command itself', () => {
    const value = { b: 1 }
    const commands = [access(add('/claims/a', value), add('/claims/a/c', 2))]
    expect(patchedDrafts(both(), frozen(commands)).outcome).toBe('patched')
    expect(value).toEqual({ b: 1 })
  })
})

describe('an operation that cannot be carried out', () => {
  it.each<readonly [string, Record<string, unknown>, unknown, PatchFault]>([
    ['replaces a claim that is not there', {}, replace('/claims/a', 1), 'the path leads nowhere'],
    ['removes a claim that is not there', {}, remove('/claims/a'), 'the path leads nowhere'],
    ['adds into a claim that is not there', {}, add('/claims/a/b', 1), 'the path leads nowhere'],
    ['adds into a text', { a: 'x' }, add('/claims/a/b', 1), 'the path leads nowhere'],
    ['adds into nothing', { a: null }, add('/claims/a/b', 1), 'the path leads nowhere'],
    ['replaces a member that is not there', PROFILE, replace('/claims/employee_profile/x', 1), 'the path leads nowhere'], // prettier-ignore
    ['removes a member that is not there', PROFILE, remove('/claims/employee_profile/x'), 'the path leads nowhere'], // prettier-ignore
    ['adds behind the end of a list', AIRPORTS, add('/claims/preferred_airports/4', 'x'), 'the path leads nowhere'], // prettier-ignore
    ['replaces behind the end of a list', AIRPORTS, replace('/claims/preferred_airports/3', 'x'), 'the path leads nowhere'], // prettier-ignore
    ['replaces after the last', AIRPORTS, replace('/claims/preferred_airports/-', 'x'), 'the path leads nowhere'], // prettier-ignore
    ['removes after the last', AIRPORTS, remove('/claims/preferred_airports/-'), 'the path leads nowhere'], // prettier-ignore
    ['names a list by what is no index', AIRPORTS, add('/claims/preferred_airports/01', 'x'), 'the path leads nowhere'], // prettier-ignore
    ['names the length of a list', AIRPORTS, replace('/claims/preferred_airports/length', 0), 'the path leads nowhere'], // prettier-ignore
    ['names an index below nothing', AIRPORTS, add('/claims/preferred_airports/-1', 'x'), 'the path leads nowhere'], // prettier-ignore
    ['names no claim', {}, add('/claims', {}), 'the path leads nowhere'],
    ['names an empty claim', {}, add('/claims/', 1), 'the path leads nowhere'],
    ['begins elsewhere', {}, add('/scopes/a', 1), 'the path leads nowhere'],
    ['does not begin', {}, add('claims/a', 1), 'the path leads nowhere'],
    ['has a broken escape', {}, add('/claims/a~2', 1), 'the path leads nowhere'],
    ['has no path', {}, { op: 'add', value: 1 }, 'the operation is not known'],
    ['has a path that is no text', {}, { op: 'add', path: 7, value: 1 }, 'the path leads nowhere'],
    ['has no value', {}, { op: 'add', path: '/claims/a' }, 'the value is missing'],
    ['removes with a value', { a: 1 }, { ...remove('/claims/a'), value: 1 }, 'the value of a removal must be null'], // prettier-ignore
    ['is unknown', { a: 1 }, { op: 'move', path: '/claims/a', from: '/claims/b', value: 1 }, 'the operation is not known'], // prettier-ignore
    ['is a name of a prototype', {}, { op: 'constructor', path: '/claims/a', value: 1 }, 'the operation is not known'], // prettier-ignore
    ['is no object', {}, 'add', 'the operation is not known'],
    ['is nothing', {}, null, 'the operation is not known'],
    ['is a list', {}, ['add'], 'the operation is not known'],
  ])('%s', (_, claims, operation, fault) => {
    const good = add('/claims/good', 1)
    expect(after(claims, good, operation as Operation)).toBe(fault)
  })

  it('leaves the other token as it was, too, wherever it stands', () => {
    const [good, bad] = [add('/claims/a', 1), remove('/claims/none')]
    for (const commands of [
      [access(good), identity(bad)],
      [identity(bad), access(good)],
      [access(good, bad), identity(good)],
      [access(good), access(bad)],
    ])
      expect(patchedDrafts(both(), commands)).toEqual({
        outcome: 'refused',
        reason: 'the path leads nowhere',
      })
  })
})

describe('a command', () => {
  it('for each token changes that token', () => {
    const result = patchedDrafts(both(), [
      identity(add('/claims/extPatientId', '1234')),
      access(add('/claims/external_guid', 'F0')),
    ])
    expect(result).toMatchObject({
      outcome: 'patched',
      drafts: {
        access: { claims: { external_guid: 'F0' } },
        identity: { claims: { extPatientId: '1234' } },
      },
    })
  })

  it.each<readonly [string, unknown, PatchFault]>([
    [
      'of another type',
      { type: 'com.okta.assertion.patch', value: [] },
      'the command is not known',
    ],
    ['of a prototype’s type', { type: 'constructor', value: [] }, 'the command is not known'],
    ['without a type', { value: [] }, 'the command is not known'],
    ['without a value', { type: ACCESS }, 'the command is not known'],
    ['whose value is an operation', { type: ACCESS, value: add('/claims/a', 1) }, 'the command is not known'], // prettier-ignore
    ['that is nothing', null, 'the command is not known'],
    ['that is a list', [ACCESS], 'the command is not known'],
  ])('%s is none', (_, command, reason) => {
    const commands = [access(add('/claims/a', 1)), command]
    expect(patchedDrafts(both(), commands)).toEqual({ outcome: 'refused', reason })
  })

  it('for a token that is not issued changes no other', () => {
    const { access: one } = both()
    const reason = 'the command is for a token that is not issued'
    const good = access(add('/claims/a', 1))
    for (const [drafts, commands] of [
      [{ access: one, identity: null }, [good, identity(add('/claims/a', 1))]],
      [{ access: one, identity: null }, [good, identity()]],
      [{ access: null, identity: one }, [good]],
    ] as const)
      expect(patchedDrafts(drafts, commands)).toEqual({ outcome: 'refused', reason })
  })

  it('that is none changes nothing, not even a token that is larger than a hook could make it', () => {
    const drafts = both({ large: 'x'.repeat(limits.hookedClaimsBytesMax) })
    expect(patchedDrafts(drafts, [])).toEqual({ outcome: 'patched', drafts })
  })
})

describe('the lifetime', () => {
  const lifetime = (value: unknown, op = 'replace') =>
    patchedDrafts(both(), [identity({ op, path: '/token/lifetime/expiration', value })])

  it.each([300, 301, 36_000, 86_399, 86_400])('may be %d seconds', (seconds) => {
    expect(lifetime(seconds)).toEqual({
      outcome: 'patched',
      drafts: { ...both(), identity: { ...draft(), lifetimeSeconds: seconds } },
    })
    expect(lifetime(seconds, 'add')).toEqual(lifetime(seconds))
  })

  it.each([299, 86_401, 0, -300, 300.5, '3600', null, [3600], true, NaN, Infinity])(
    'may not be %s',
    (seconds) => {
      const reason = 'the lifetime is out of bounds'
      expect(lifetime(seconds)).toEqual({ outcome: 'refused', reason })
    },
  )

  it('cannot be removed, and nothing beside it exists', () => {
    for (const operation of [
      remove('/token/lifetime/expiration'),
      replace('/token/lifetime', { expiration: 600 }),
      replace('/token/lifetime/expiration/', 600),
      replace('/token~1lifetime/expiration', 600),
      add('/token/x', 600),
    ])
      expect(after({}, operation)).toBe('the path leads nowhere')
  })
})

describe('a reserved claim', () => {
  const OF_OKTA =
    `acr active aid amr app_id app_type at_hash auth_time c_hash cid client_id client_ip client_req_id
    client_type client_user_agent cnf device_compliance device_id device_known device_managed device_name device_trust
    did dst exp group groups hotk iat idp idp_iss iss jti mac_key may_act nonce oid okta_emailVerified
    okta_lastUpdated orig permissions purpose pwd_exp_days pwd_exp_time rid role scope scopes sid term token_type
    user_ip ver`.split(/\s+/)
  const OF_OURS = '__proto__ act error events nbf s_hash'.split(' ')
  const OF_ACCESS = 'as_uri authorization_details rpt rsi scp uid username'.split(' ')

  it.each([...OF_OKTA, ...OF_OURS])('%s is nobody’s to change, in either token', (name) => {
    for (const of of [access, identity])
      for (const operation of [
        add(`/claims/${name}`, 'x'),
        replace(`/claims/${name}`, 'x'),
        remove(`/claims/${name}`),
        add(`/claims/${name}/-`, 'x'),
        add(`/claims/${name}/x`, 'x'),
      ])
        expect(patchedDrafts(both({ [name]: [] }), [of(operation)])).toEqual({
          outcome: 'refused',
          reason: 'the claim is reserved',
        })
  })

  it.each(OF_ACCESS)('%s is one of access tokens only', (name) => {
    const operation = add(`/claims/${name}`, 'x')
    expect(patchedDrafts(both(), [access(operation)])).toMatchObject({ outcome: 'refused' })
    expect(patchedDrafts(both(), [identity(operation)])).toMatchObject({ outcome: 'patched' })
  })

  it('sub and aud are ones of ID tokens only', () => {
    for (const name of ['sub', 'aud']) {
      const operation = replace(`/claims/${name}`, 'x')
      expect(patchedDrafts(both(), [identity(operation)])).toMatchObject({ outcome: 'refused' })
      expect(patchedDrafts(both(), [access(operation)])).toMatchObject({
        drafts: { access: { claims: { [name]: 'x' } } },
      })
    }
  })

  it('aud may be a list of texts, and neither it nor sub anything that is no text', () => {
    expect(patchedDrafts(both(), [access(replace('/claims/aud', ['a', 'b']))]).outcome).toBe('patched') // prettier-ignore
    for (const operation of [
      remove('/claims/sub'),
      remove('/claims/aud'),
      replace('/claims/sub', null),
      replace('/claims/sub', ''),
      replace('/claims/sub', 7),
      replace('/claims/sub', ['x']),
      replace('/claims/aud', null),
      replace('/claims/aud', {}),
      replace('/claims/aud', []),
      replace('/claims/aud', ['a', 7]),
      replace('/claims/aud', ''),
      replace('/claims/aud', 'x'.repeat(limits.uriCharactersMax + 1)),
    ])
      expect(after({}, operation)).toBe('sub and aud must stay texts')
  })
})

describe('the size of the result', () => {
  const bytesOf = (value: unknown): number => JSON.stringify(value).length

  it('is at most what fits where tokens are presented', () => {
    const room = limits.hookedClaimsBytesMax - bytesOf({ ...draft().claims, a: '' })
    expect(after({}, add('/claims/a', 'x'.repeat(room)))).toHaveProperty('a')
    expect(after({}, add('/claims/a', 'x'.repeat(room + 1)))).toBe('the token would be too large')
  })

  it('is bounded in depth, also when it grows step by step', () => {
    const deep = (depth: number): unknown => (depth === 0 ? 1 : { d: deep(depth - 1) })
    expect(after({}, add('/claims/a', deep(10)))).toHaveProperty('a')
    expect(after({}, add('/claims/a', deep(limits.jsonDepthMax)))).toBe('the token would be too large') // prettier-ignore
    const steps = Array.from({ length: limits.jsonDepthMax }, (_, at) =>
      add(`/claims/a${'/d'.repeat(at)}`, {}),
    )
    expect(after({}, ...steps)).toMatch(/too large|nowhere/)
  })

  it('comes of so many operations and no more', () => {
    const many = (count: number) => Array.from({ length: count }, () => add('/claims/a', 1))
    expect(after({}, ...many(limits.hookOperationsMax))).toEqual({ a: 1 })
    expect(after({}, ...many(limits.hookOperationsMax + 1))).toBe('there are too many operations')
  })
})

describe('whatever an endpoint answers', () => {
  const name = fc.constantFrom(
    ...('a b sub aud iss jti exp uid groups cnf __proto__ constructor toString hasOwnProperty 0 1 - length'.split(' ')), // prettier-ignore
    '',
  )
  const path = fc.oneof(
    fc.array(name, { maxLength: 4 }).map((names) => ['/claims', ...names].join('/')),
    fc.constant('/token/lifetime/expiration'),
    fc.string(),
  )
  const operation = fc.oneof(
    fc.record(
      {
        op: fc.constantFrom('add', 'replace', 'remove', 'test', '__proto__'),
        path,
        value: fc.oneof(fc.jsonValue(), fc.integer({ min: 0, max: 100_000 })),
      },
      { requiredKeys: ['op', 'path'] },
    ),
    fc.jsonValue(),
  )
  const command = fc.oneof(
    fc.record({
      type: fc.constantFrom(ACCESS, IDENTITY),
      value: fc.oneof({ weight: 9, arbitrary: fc.array(operation, { maxLength: 5 }) }, { weight: 1, arbitrary: fc.jsonValue() }), // prettier-ignore
    }),
    fc.jsonValue(),
  )
  const commands = fc.array(command, { maxLength: 4 })
  const claims = fc.dictionary(fc.constantFrom('a', 'b', 'uid', 'groups', 'cnf'), fc.jsonValue())

  it('nothing throws, no draft changes in place, and what comes out is bounded', () => {
    fc.assert(
      fc.property(claims, commands, (given, asked) => {
        const result = patchedDrafts(both(given), frozen(asked))
        if (result.outcome === 'refused') return
        const { access: one, identity: other } = result.drafts
        const seconds = [one!.lifetimeSeconds, other!.lifetimeSeconds]
        expect(seconds.filter((lived) => lived < 300 || lived > 86_400)).toEqual([])
        expect(JSON.stringify(result.drafts)).toBeTypeOf('string')
      }),
      { numRuns: 500 },
    )
  })

  it('reserved claims are what they were', () => {
    const reservedOf = (kind: 'access' | 'identity', drafts: TokenDrafts) =>
      Object.entries(drafts[kind]!.claims).filter(([key]) => isReserved(kind, key))
    const one = fc.record({
      op: fc.constantFrom('add', 'add', 'replace', 'remove'),
      path: fc.constantFrom('a', 'b', 'c', 'a', 'b', 'c', 'uid', 'groups/0', 'iss').map((at) => `/claims/${at}`), // prettier-ignore
      value: fc.jsonValue({ maxDepth: 1 }),
    })
    const wellFormed = fc
      .tuple(fc.constantFrom(ACCESS, IDENTITY), fc.tuple(one))
      .map(([type, value]) => ({ type, value }))
    let changes = 0
    fc.assert(
      fc.property(claims, fc.array(wellFormed, { minLength: 1, maxLength: 2 }), (given, asked) => {
        const drafts = both(given)
        const result = patchedDrafts(drafts, asked)
        if (result.outcome === 'refused') return
        if (JSON.stringify(result.drafts) !== JSON.stringify(drafts)) changes++
        for (const kind of ['access', 'identity'] as const)
          expect(reservedOf(kind, result.drafts)).toEqual(reservedOf(kind, drafts))
      }),
      { numRuns: 500 },
    )
    expect(changes).toBeGreaterThan(20)
  })

  it('a bad operation among good ones changes nothing', () => {
    const good = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.jsonValue()).map(([key, value]) => add(`/claims/${key}`, value)) // prettier-ignore
    const bad = fc.constantFrom(
      remove('/claims/none'),
      add('/claims/iss', 'x'),
      { op: 'move', path: '/claims/a' },
      add('/claims/none/x', 1),
    )
    fc.assert(
      fc.property(fc.array(good), bad, fc.array(good), (before, wrong, behind) => {
        const drafts = both({ a: 1 })
        const result = patchedDrafts(drafts, [access(...before, wrong, ...behind)])
        expect(result.outcome).toBe('refused')
        expect(drafts).toEqual(both({ a: 1 }))
      }),
    )
  })

  it('names of prototypes are names, of which one is reserved', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    for (const one of names) {
      const isReserved = one === '__proto__'
      const top = isReserved ? [] : [add(`/claims/${one}`, { polluted: true })]
      const inside = add(`/claims/a/${one}`, { polluted: true })
      const result = patchedDrafts(both({ a: {} }), [access(...top, inside)])
      if (result.outcome === 'refused') throw new Error(result.reason)
      const { claims: changed } = result.drafts.access!
      for (const container of [...(isReserved ? [] : [changed]), changed['a'] as object]) {
        expect(Object.getPrototypeOf(container)).toBe(Object.prototype)
        expect(Object.getOwnPropertyDescriptor(container, one)?.value).toEqual({ polluted: true })
      }
      expect(JSON.stringify(changed)).toContain(`"${one}":{"polluted":true}`)
      const refused = isReserved ? 'the claim is reserved' : 'the path leads nowhere'
      expect(after({}, replace(`/claims/${one}`, 1))).toBe(refused)
      expect(after({}, add(`/claims/${one}/polluted`, 1))).toBe(refused)
      expect(after({}, remove(`/claims/${one}`))).toBe(refused)
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
