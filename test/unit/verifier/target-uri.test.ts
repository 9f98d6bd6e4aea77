/** Which texts name the URL of a request. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { targetUri } from '../../../src/verifier/target-uri.ts'

const ORDERS = 'https://api.example/orders'

describe('the same resource', () => {
  it.each([
    ['query', 'https://api.example/orders?page=2'],
    ['fragment', 'https://api.example/orders#top'],
    ['query in a fragment', 'https://api.example/orders#top?page=2'],
    ['an empty query', 'https://api.example/orders?'],
    ['a fragment that is no URI', 'https://api.example/orders#a b\\c%'],
    ['a query that is no URI', 'https://api.example/orders?a b\\c%'],
  ])('[RFC9449-4.3] whatever its %s', (_, url) => {
    expect(targetUri(url)).toBe(ORDERS)
  })

  it.each([
    ['6.2.2.1', 'HTTPS://API.Example/orders', ORDERS],
    ['6.2.2.1', 'https://api.example/a%2fb', 'https://api.example/a%2Fb'],
    ['6.2.2.2', 'https://api.example/%6Frder%73', ORDERS],
    ['6.2.2.2', 'https://api.example/%7Eann', 'https://api.example/~ann'],
    ['6.2.2.3', 'https://api.example/a/./../orders', ORDERS],
    ['6.2.2.3', 'https://api.example/a/%2E%2e/orders', ORDERS],
    ['6.2.3', 'https://api.example:443/orders', ORDERS],
    ['6.2.3', 'https://api.example:/orders', ORDERS],
    ['6.2.3', 'http://api.example:80/orders', 'http://api.example/orders'],
    ['6.2.3', 'https://api.example', 'https://api.example/'],
  ])('[RFC3986-%s] %s is %s', (_, url, normal) => {
    expect(targetUri(url)).toBe(normal)
  })
})

it.each([
  'http://api.example/orders',
  'https://api.example:8443/orders',
  'https://other.example/orders',
  'https://api.example.evil.example/orders',
  'https://api.example/Orders',
  'https://api.example/orders/',
  'https://api.example//orders',
  'https://api.example/orders%2F',
  'https://api.example/%256Frders',
])('%s is another resource', (url) => {
  expect(targetUri(url)).not.toBeNull()
  expect(targetUri(url)).not.toBe(ORDERS)
})

it.each([
  '',
  '/orders',
  '//api.example/orders',
  'api.example/orders',
  'ftp://api.example/orders',
  'https:///api.example/orders',
  'https:/api.example/orders',
  String.raw`https:\\api.example\orders`,
  String.raw`https://api.example\orders`,
  ' https://api.example/orders',
  'https://api.example/or\tders',
  'https://api.example/orders\n',
  'https://api.example/%zz',
  'https://api.example/%2%65',
  'https://api.example/100%',
  'https://api.example/ördèrs',
  'https://ann@api.example/orders',
  'https://ann:secret@api.example/orders',
  'https://@api.example/orders',
  'https://api.example:99999/orders',
  'https://[::1/orders',
  `https://api.example/${'a'.repeat(limits.proofCharactersMax)}`,
  null,
  undefined,
  7,
  {},
  ['https://api.example/orders'],
])('%j names no request', (text) => {
  expect(targetUri(text)).toBeNull()
})

it('a long query does not matter', () => {
  expect(targetUri(`${ORDERS}?${'a'.repeat(100_000)}`)).toBe(ORDERS)
})

describe('laws', () => {
  const path = fc
    .array(
      fc.constantFrom(
        'a',
        '.',
        '..',
        '~',
        '%41',
        '%2e',
        '%2F',
        '%c3%A9',
        '%25',
        '/',
        '|',
        '{',
        "'",
        ':',
        '@',
      ),
      { maxLength: 12 },
    ) // prettier-ignore
    .map((parts) => `https://api.example/${parts.join('')}`)

  it('a normal form is its own', () => {
    fc.assert(
      fc.property(path, (url) => {
        const normal = targetUri(url)!
        expect(targetUri(normal)).toBe(normal)
      }),
    )
  })

  it('what the platform says of a request is never refused, and is what its parts are', () => {
    fc.assert(
      fc.property(fc.string().map(encodeURI), (text) => {
        const { href, origin, pathname } = new URL(`https://api.example/${text}?a=1#b`)
        expect(targetUri(href)).toBe(targetUri(`${origin}${pathname}`))
        expect(targetUri(href)).not.toBeNull()
      }),
    )
  })

  it('no text throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map((rest) => `https://${rest}`)), (text) => {
        const normal = targetUri(text)
        expect(normal === null || normal.startsWith('http')).toBe(true)
      }),
    ) // prettier-ignore
  })
})
