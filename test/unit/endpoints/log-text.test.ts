/** What the system log repeats of what callers send: nothing that has the shape of a secret. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { typedLogin, withoutTokens } from '../../../src/endpoints/log-text.ts'
import { base64url } from '../../../src/platform/encoding.ts'
import { secretsIn } from '../../secrets.ts'

const random = (least: number) =>
  fc.uint8Array({ minLength: least, maxLength: least + 40 }).map(base64url)

describe('a text without tokens', () => {
  const artefact = fc.tuple(random(80), fc.constantFrom('1', '2'), random(32))
  const sealed = fc.tuple(fc.constantFrom('1', '2'), random(12), random(60))
  const jwt = fc.tuple(fc.constant('eyJhbGciOiJub25lIn0'), random(9), random(0))
  const token = fc.oneof(
    random(32),
    ...[artefact, sealed, jwt].map((parts) => parts.map((one) => one.join('.'))),
  )

  it('has none of them, wherever they stood', () =>
    fc.assert(
      fc.property(token, fc.constantFrom('', 'openid ', "'", 'scope='), (secret, before) => {
        const told = withoutTokens(`${before}${secret} read`)
        expect(secretsIn(told)).toEqual([])
        expect(told.startsWith(before) && told.endsWith(' read')).toBe(true)
      }),
    ))

  it.each([
    ['read&client_secret=my-own-secret&x=y', 'read&client_secret=…&x=…'],
    ['read.password=%C0$25AF', 'read.password=…'],
    [
      `1.PMJOFR2J4-UNEPIT.${'XB27IGVCETYZTYJQS_6G8TW10YLXJYQQT8WKTS7X'.repeat(2)}`,
      '1.PMJOFR2J4-UNEPIT.…',
    ],
  ])('%s becomes %s', (text, told) => {
    expect(withoutTokens(text)).toBe(told)
  })

  it.each([
    'openid profile offline_access',
    'https://api.example.com/auth/orders.readonly urn:example:orders:write',
    'read_all_of_the_orders_of_everybody_in_the_shop',
    'okta.authorizationServers.manage',
    '',
  ])('is the same where there are none: %s', (text) => {
    expect(withoutTokens(text)).toBe(text)
  })

  it('is had in a time that grows with the text alone', () => {
    for (const text of ['a'.repeat(200_000), 'a-'.repeat(100_000), 'eyJ'.repeat(60_000)])
      expect(withoutTokens(text).length).toBeLessThanOrEqual(text.length)
  })
})

describe('what was typed for a login', () => {
  const told = (login: string, isKnown = false) => typedLogin({ login, isKnown })

  it.each(['ada@people.example', 'a@b.c', 'Ada@People.Example'])('is told: %s', (login) => {
    expect(told(login)).toBe(login)
  })

  it.each([
    'P@ssw0rd',
    'correct-horse@battery',
    'Correct-Horse-7-battery',
    'ada@people.example ',
    `${'a'.repeat(90)}@people.example`,
    'root',
    '',
  ])('is not told of nobody: %s', (login) => {
    expect(told(login)).toBeNull()
  })

  it.each(['root', 'ada@localhost', 'ada\uff20people.example'])('is told of somebody: %s', (login) => {
    expect(told(login, true)).toBe(login)
  })
}) // prettier-ignore
