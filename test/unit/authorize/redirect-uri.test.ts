/** Redirect URIs are compared character by character; only native apps may choose a port of the loopback interface. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchRedirectUri, originOf } from '../../../src/authorize/redirect-uri.ts'
import { aWebClient } from './support.ts'

const outcome = (applicationType: string, registered: string, sent: string): string =>
  matchRedirectUri(
    sent,
    aWebClient({ applicationType, flows: { redirectUris: [registered] } }),
    true,
  ).outcome

describe('comparison', () => {
  const uri = 'https://app.example/cb?a=b'

  it('[RFC6749-3.1.2.3] takes the registered URI', () => {
    for (const type of ['web', 'native', 'browser']) expect(outcome(type, uri, uri)).toBe('matched')
  })

  it.each([
    `${uri}/`,
    `${uri}&c=d`,
    `${uri}#`,
    'https://app.example/cb',
    'https://app.example/cb?a=B',
    'https://app.example/cb/../cb?a=b',
    'https://app.example/%63b?a=b',
    'https://APP.example/cb?a=b',
    'https://app.example:443/cb?a=b',
    'http://app.example/cb?a=b',
    'https://app.example@evil.example/cb?a=b',
    `${uri} `,
    '',
  ])('[RFC9700-4.1.3] refuses %s', (sent) => {
    for (const type of ['web', 'native']) expect(outcome(type, uri, sent)).toBe('unregistered')
  })

  it('[RFC9700-4.1.3] takes no character of what is registered for a pattern', () => {
    for (const [registered, sent] of [
      ['https://app.example/cb', 'https://appxexample/cb'],
      ['https://app.example/.*', 'https://app.example/anything'],
      ['https://app.example/cb*', 'https://app.example/cb/more'],
      ['https://app.example/(a|b)', 'https://app.example/a'],
    ] as const)
      for (const type of ['web', 'native', 'browser'])
        expect([sent, outcome(type, registered, sent)]).toEqual([sent, 'unregistered'])
  })
})

describe('[RFC8252-7.3] the loopback interface', () => {
  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65535/cb'],
    ['http://127.0.0.1:8080/cb', 'http://127.0.0.1:9090/cb'],
    ['http://127.0.0.1:8080/cb', 'http://127.0.0.1/cb'],
    ['http://[::1]/cb?x=y', 'http://[::1]:4000/cb?x=y'],
    ['http://127.0.0.1', 'http://127.0.0.1:4000'],
    ['http://127.0.0.1?x', 'http://127.0.0.1:4000?x'],
  ])('a native app that registered %s may use %s', (registered, sent) => {
    expect(outcome('native', registered, sent)).toBe('matched')
    for (const type of ['web', 'browser'])
      expect(outcome(type, registered, sent)).toBe('unregistered')
  })

  it.each([
    ['another path', 'http://127.0.0.1/cb', 'http://127.0.0.1:4000/cb2'],
    ['another query', 'http://127.0.0.1/cb', 'http://127.0.0.1:4000/cb?x'],
    ['the other address', 'http://127.0.0.1/cb', 'http://[::1]:4000/cb'],
    ['port 0', 'http://127.0.0.1/cb', 'http://127.0.0.1:0/cb'],
    ['no port that exists', 'http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb'],
    ['a name instead of a port', 'http://127.0.0.1/cb', 'http://127.0.0.1:4000@evil.example/cb'],
    ['a longer host', 'http://127.0.0.1/cb', 'http://127.0.0.1.evil.example/cb'],
    ['user information', 'http://127.0.0.1/cb', 'http://127.0.0.1@evil.example/cb'],
    ['https', 'https://127.0.0.1/cb', 'https://127.0.0.1:4000/cb'],
    ['[RFC8252-8.3] localhost', 'http://localhost/cb', 'http://localhost:4000/cb'],
    ['localhost for the address', 'http://127.0.0.1/cb', 'http://localhost:4000/cb'],
    ['another host', 'https://app.example/cb', 'https://app.example:4000/cb'],
  ])('nobody may use %s', (_, registered, sent) => {
    expect(outcome('native', registered, sent)).toBe('unregistered')
  })

  it('what a native app may use has the host, path and query of what it registered', () => {
    const pieces = [
      'http://127.0.0.1',
      'http://[::1]',
      ':',
      '80',
      '65536',
      '/',
      'cb',
      '?',
      '@',
      '.evil',
    ]
    const uris = fc
      .array(fc.constantFrom(...pieces), { maxLength: 6 })
      .map((parts) => `http://127.0.0.1${parts.join('')}`)
    fc.assert(
      fc.property(uris, uris, (registered, sent) => {
        if (outcome('native', registered, sent) !== 'matched' || registered === sent) return
        expect(new URL(sent).hostname).toBe('127.0.0.1')
        const withoutPort = (uri: string): string =>
          uri.replace(/^(http:\/\/127\.0\.0\.1):\d+/, '$1')
        expect(withoutPort(sent)).toBe(withoutPort(registered))
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('the origin of a URI', () => {
  it.each([
    ['https://app.example/cb?x=https://other.example', 'https://app.example'],
    ['http://localhost:3000/cb', 'http://localhost:3000'],
    ['com.example.app:/cb', null],
    ['not a URI', null],
  ])('%s: %s', (uri, origin) => {
    expect(originOf(uri)).toBe(origin)
  })
})
