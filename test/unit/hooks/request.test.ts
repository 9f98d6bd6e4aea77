/** The document that a hook's endpoint is sent, member by member, and what is never in it. */
import { describe, expect, it } from 'vitest'
import { hookRequest, type Asking } from '../../../src/hooks/request.ts'
import { aClient, aCompiledServer, aPerson, anAuthorization } from '../support/builders.ts'

const draft = (claims: Record<string, unknown>, custom: Record<string, unknown> | null = null) => ({
  claims,
  custom,
  lifetimeSeconds: 3600,
})

const asking = (changes: Partial<Asking> = {}): Asking => ({
  eventId: '3OWo4ooQQrBWfRyTmQYw',
  now: Date.UTC(2019, 0, 15, 23, 20, 47),
  server: aCompiledServer(),
  client: aClient({ label: 'Native client', authMethod: 'none' }),
  orgId: '00o1',
  policyId: '00p1',
  ruleId: '0pr1',
  request: {
    id: 'req1',
    method: 'GET',
    source: 'https://id.example/oauth2/aus1/v1/authorize',
    url: 'https://id.example/oauth2/aus1/v1/authorize?client_id=client-1&state=s',
    ipAddress: '127.0.0.1',
    parameters: { scope: 'openid profile', state: 's', response_type: 'token id_token' },
  },
  of: null,
  scopes: ['openid'],
  drafts: {
    access: draft({ ver: 1, jti: 'AT.1', sub: 'ann', scp: ['openid'] }, { plan: 'gold' }),
    identity: draft({ ver: 1, jti: 'ID.1', sub: '00u1' }),
  },
  ...changes,
})

const person = aPerson({
  id: '00u1',
  profile: {
    login: 'ann@example.com',
    firstName: 'Ann',
    lastName: 'Example',
    locale: 'en',
    timezone: 'America/Los_Angeles',
    secretQuestion: 'not for hooks',
  },
})

const session = {
  id: 'address-of-the-session',
  sid: '102sid',
  userId: '00u1',
  authenticatedAt: Date.UTC(2019, 0, 15, 23, 17, 9),
  amr: ['pwd'],
  expiresAt: Date.UTC(2019, 0, 16, 1, 20, 46),
}

describe('the request of a hook', () => {
  it('of a client for itself has no person, no session and no refresh token', () => {
    const { access } = asking().drafts
    const document = hookRequest(asking({ drafts: { access, identity: null } }))
    expect(document).toEqual({
      source: 'https://id.example/oauth2/aus1/v1/authorize',
      eventId: '3OWo4ooQQrBWfRyTmQYw',
      eventTime: '2019-01-15T23:20:47.000Z',
      eventTypeVersion: '1.0',
      cloudEventVersion: '0.1',
      contentType: 'application/json',
      eventType: 'com.okta.oauth2.tokens.transform',
      data: {
        context: {
          request: {
            id: 'req1',
            method: 'GET',
            url: {
              value: 'https://id.example/oauth2/aus1/v1/authorize?client_id=client-1&state=s',
            },
            ipAddress: '127.0.0.1',
          },
          protocol: {
            type: 'OAUTH2.0',
            request: {
              scope: 'openid profile',
              state: 's',
              response_type: 'token id_token',
              client_id: 'client-1',
            },
            issuer: { uri: 'https://id.example/oauth2/aus1' },
            client: { id: 'client-1', name: 'Native client', type: 'PUBLIC' },
          },
          policy: { id: '00p1', rule: { id: '0pr1' } },
        },
        access: {
          claims: { ver: 1, jti: 'AT.1', sub: 'ann', plan: 'gold' },
          token: { lifetime: { expiration: 3600 } },
          scopes: { openid: { id: expect.stringMatching(/^scp/), action: 'GRANT' } },
        },
      },
    })
  })

  it('of a person tells of the person, the session and both tokens', () => {
    const of = { person, record: anAuthorization(), session, refresh: 'none' } as const
    const { data } = hookRequest(asking({ of })) as Record<string, Record<string, unknown>>
    expect(data!['context']).toMatchObject({
      session: {
        id: '102sid',
        userId: '00u1',
        login: 'ann@example.com',
        createdAt: '2019-01-15T23:17:09.000Z',
        expiresAt: '2019-01-16T01:20:46.000Z',
        status: 'ACTIVE',
        lastPasswordVerification: '2019-01-15T23:17:09.000Z',
        amr: ['PASSWORD'],
        idp: { id: '00o1', type: 'OKTA' },
        mfaActive: false,
      },
      user: {
        id: '00u1',
        profile: {
          login: 'ann@example.com',
          firstName: 'Ann',
          lastName: 'Example',
          locale: 'en',
          timeZone: 'America/Los_Angeles',
        },
        _links: { groups: { href: 'https://id.example/api/v1/users/00u1/groups' } },
      },
    })
    expect(data!['identity']).toEqual({
      claims: { ver: 1, jti: 'ID.1', sub: '00u1' },
      token: { lifetime: { expiration: 3600 } },
    })
    expect(data).not.toHaveProperty('refresh_token')
  })

  it('of a refresh tells what was granted at first, and by which id the refresh token is known', () => {
    const record = anAuthorization({
      id: 'oar1',
      scopes: ['openid', 'offline_access'],
      code: {
        secret: 'digest-of-the-code',
        expires: 1,
        redirectUri: 'https://app.example/callback',
        isRedirectUriImplied: false,
        codeChallenge: null,
      },
    })
    const asked = (refresh: 'given' | 'used') =>
      hookRequest(asking({ of: { person, record, session: null, refresh } }))
    expect(asked('used')['data']).toMatchObject({
      context: {
        protocol: {
          originalGrant: {
            authorization: {
              scope: 'openid offline_access',
              redirect_uri: 'https://app.example/callback',
              client_id: record.clientId,
              grant_type: record.grantType,
            },
            refresh_token: { jti: 'oar1' },
          },
        },
      },
      refresh_token: { jti: 'oar1' },
    })
    expect(JSON.stringify(asked('given'))).not.toContain('originalGrant')
    expect(asked('given')['data']).toMatchObject({ refresh_token: { jti: 'oar1' } })
  })

  it('holds no secret, no address of a session, and nothing of a profile but what Okta tells', () => {
    const record = anAuthorization({
      code: {
        secret: 'digest-of-the-code',
        expires: 1,
        redirectUri: 'https://app.example/callback',
        isRedirectUriImplied: false,
        codeChallenge: 'the-challenge',
      },
    })
    const of = { person, record, session, refresh: 'used' } as const
    const text = JSON.stringify(hookRequest(asking({ of })))
    for (const hidden of [
      'digest-of-the-code',
      'the-challenge',
      'address-of-the-session',
      'not for hooks',
    ])
      // prettier-ignore
      expect(text).not.toContain(hidden)
  })

  it('leaves out what is not known', () => {
    const request = { ...asking().request, ipAddress: null }
    const bare = aPerson({ profile: { login: 'ann@example.com' } })
    const of = { person: bare, record: anAuthorization(), session: null, refresh: 'none' } as const
    const document = hookRequest(asking({ of, request, policyId: null }))
    expect(document['data']).toMatchObject({
      context: {
        user: { profile: { login: 'ann@example.com' } },
        policy: { rule: { id: '0pr1' } },
      },
    })
    expect(JSON.stringify(document)).not.toMatch(/ipAddress|session|null/)
  })
})
