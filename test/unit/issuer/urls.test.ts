/** Issuers and the URLs that follow from them, for the org server, the default one and custom ones. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessTokenRing, publishedRing, serverIdOfRing } from '../../../src/issuer/rings.ts'
import { orgServer } from '../../../src/issuer/org-server.ts'
import { serverSegment, urlsOf } from '../../../src/issuer/urls.ts'

const ORIGIN = 'https://id.edgemint.example'

describe('the URLs of a server', () => {
  it('of the org: the issuer is the origin, the endpoints are under /oauth2', () => {
    expect(urlsOf(ORIGIN, { id: 'org', kind: 'org', isDefault: false })).toEqual({
      issuer: ORIGIN,
      base: `${ORIGIN}/oauth2`,
      authorize: `${ORIGIN}/oauth2/v1/authorize`,
      interact: `${ORIGIN}/oauth2/v1/interact`,
      token: `${ORIGIN}/oauth2/v1/token`,
      userinfo: `${ORIGIN}/oauth2/v1/userinfo`,
      logout: `${ORIGIN}/oauth2/v1/logout`,
      introspect: `${ORIGIN}/oauth2/v1/introspect`,
      revoke: `${ORIGIN}/oauth2/v1/revoke`,
      keys: `${ORIGIN}/oauth2/v1/keys`,
    })
  })

  it('of the default server say "default", never its id', () => {
    const server = { id: 'aus0001', kind: 'custom', isDefault: true } as const
    expect(serverSegment(server)).toBe('default')
    expect(urlsOf(ORIGIN, server).issuer).toBe(`${ORIGIN}/oauth2/default`)
    expect(JSON.stringify(urlsOf(ORIGIN, server))).not.toContain('aus0001')
  })

  it('of a custom server hold its id', () => {
    const urls = urlsOf(ORIGIN, { id: 'aus0001', kind: 'custom', isDefault: false })
    expect(urls.issuer).toBe(`${ORIGIN}/oauth2/aus0001`)
    expect(urls.base).toBe(urls.issuer)
    expect(urls.token).toBe(`${ORIGIN}/oauth2/aus0001/v1/token`)
  })

  it('all start with the issuer, are URLs, and never have two slashes in a row', () => {
    const origin = fc.constantFrom(ORIGIN, 'http://localhost:8787', 'https://a.example:8443')
    const server = fc.record({
      id: fc.stringMatching(/^[0-9A-Za-z]{1,30}$/),
      kind: fc.constantFrom('org' as const, 'custom' as const),
      isDefault: fc.boolean(),
    })
    fc.assert(
      fc.property(origin, server, (at, identified) => {
        const { issuer, ...urls } = urlsOf(at, identified)
        expect(issuer === at || issuer.startsWith(`${at}/oauth2/`)).toBe(true)
        for (const url of Object.values(urls)) {
          expect(url === issuer || url.startsWith(`${issuer}/`)).toBe(true)
          expect(new URL(url).pathname).not.toContain('//')
          expect(new URL(url).href).toBe(url)
        }
      }),
    )
  })

  it('of two servers of one deployment are never the same issuer', () => {
    const id = fc.stringMatching(/^aus[0-9A-Za-z]{1,10}$/)
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 8 }), (ids) => {
        const issuers = ids.map(
          (one, at) => urlsOf(ORIGIN, { id: one, kind: 'custom', isDefault: at === 0 }).issuer,
        )
        issuers.push(urlsOf(ORIGIN, { id: 'org', kind: 'org', isDefault: false }).issuer)
        expect(new Set(issuers).size).toBe(issuers.length)
      }),
    )
  })
})

describe('the org server', () => {
  it('has the origin as audience, and no scopes, claims or policies', () => {
    const { server, ...below } = orgServer(ORIGIN)
    expect([server.kind, server.audience, server.status]).toEqual(['org', ORIGIN, 'ACTIVE'])
    expect(below).toEqual({ version: 0, scopes: [], claims: [], policies: [], hooks: [] })
  })

  it('signs access tokens with a ring that it does not publish', () => {
    expect(accessTokenRing('org')).not.toBe(publishedRing('org'))
    expect(serverIdOfRing(accessTokenRing('org'))).toBe('org')
    expect(serverIdOfRing(publishedRing('org'))).toBe('org')
  })

  it('every other server has one ring, named like itself', () => {
    expect([accessTokenRing('aus1'), publishedRing('aus1'), serverIdOfRing('aus1')]).toEqual([
      'aus1',
      'aus1',
      'aus1',
    ])
  })
})
