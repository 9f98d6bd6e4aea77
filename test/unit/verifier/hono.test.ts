/** The middleware, at an API as somebody would write it. */
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { requireAccessToken } from '../../../src/verifier/hono.ts'
import {
  reasons,
  refused,
  type Expected,
  type Reason,
  type Verdict,
} from '../../../src/verifier/verdict.ts'
import { AUDIENCE, ISSUER } from './support.ts'

const GOOD: Verdict = {
  valid: true,
  token: {
    jti: 'AT.1',
    issuer: ISSUER,
    subject: 'ann@example.com',
    clientId: '0oaClient',
    userId: null,
    scopes: ['read'],
    issuedAt: 0,
    expires: 1,
    claims: {},
  },
}

function api(
  verdict: Verdict | Error,
  demands: Partial<Omit<Expected, 'dpop'>> = {},
  realm?: string,
) {
  const asked: [string, Expected][] = []
  const app = new Hono()
  app.use(
    requireAccessToken({
      issuer: ISSUER,
      audience: AUDIENCE,
      ...demands,
      ...(realm !== undefined && { realm }),
      resourceMetadata: 'https://api.example/.well-known/oauth-protected-resource',
      async verify(token, expected) {
        asked.push([token, expected])
        if (verdict instanceof Error) throw verdict
        return verdict
      },
    }),
  )
  app.get('/', (c) => c.text('in'))
  const get = async (authorization?: string) => {
    const response = await app.request(
      '/',
      authorization === undefined ? {} : { headers: { authorization } },
    )
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      response,
    }
  }
  return { asked, get }
}

const METADATA = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource"'

describe('a request goes on', () => {
  it('with a good token, which the API can read then', async () => {
    const app = new Hono()
    app.use(requireAccessToken({ issuer: ISSUER, audience: AUDIENCE, verify: async () => GOOD }))
    app.get('/', (c) =>
      c.json((c as unknown as { get: (name: string) => unknown }).get('accessToken')),
    )
    const response = await app.request('/', { headers: { authorization: 'bearer abc' } })
    expect(await response.json()).toEqual(GOOD.valid && GOOD.token)
  })

  it('and the verifier is asked for what the API demands', async () => {
    const { asked, get } = api(GOOD, { scopes: ['read'], maxAge: 60 })
    expect((await get('Bearer abc.def-_~+/==')).status).toBe(200)
    expect(asked).toEqual([
      ['abc.def-_~+/==', { issuer: ISSUER, audience: AUDIENCE, scopes: ['read'], maxAge: 60 }],
    ])
  })
})

describe('challenges', () => {
  it.each([undefined, 'Basic YTpi', 'Bearerabc'])(
    '[RFC6750-3.1] without a token (%s) there is no error',
    async (header) => {
      const { asked, get } = api(GOOD, { scopes: ['read', 'write'] })
      const { status, challenge } = await get(header)
      expect(status).toBe(401)
      expect(challenge).toBe(`Bearer ${METADATA}, scope="read write"`)
      expect(asked).toEqual([])
    },
  )

  it.each([
    'Bearer',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer "a"',
    'Bearer =a',
    `Bearer${' '.repeat(9)}a`,
  ])('[RFC6750-3.1] %s is an invalid request', async (header) => {
    const { asked, get } = api(GOOD)
    const { status, challenge } = await get(header)
    expect(status).toBe(400)
    expect(challenge).toContain('error="invalid_request"')
    expect(asked).toEqual([])
  })

  const tokenReasons = (Object.keys(reasons) as Reason[]).filter(
    (reason) => reasons[reason].error === 'invalid_token',
  )
  it.each(tokenReasons)('[RFC6750-3.1] %s is an invalid token', async (reason) => {
    const { status, challenge, response } = await api(refused(reason)).get('Bearer abc')
    expect(status).toBe(401)
    expect(challenge).toBe(
      `Bearer ${METADATA}, error="invalid_token", error_description="${reasons[reason].description}"`,
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('[RFC6750-3.1] too few scopes: 403, and the scopes that it takes', async () => {
    const { get } = api(refused('insufficient_scope'), { scopes: ['read', 'admin'] })
    const { status, challenge } = await get('Bearer abc')
    expect(status).toBe(403)
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="read admin"')
  })

  it('[RFC9470-3] step-up: the contexts and the age that it takes', async () => {
    const { get } = api(refused('insufficient_user_authentication'), {
      acrValues: ['urn:okta:loa:2fa:any', 'phr'],
      maxAge: 0,
    })
    const { status, challenge } = await get('Bearer abc')
    expect(status).toBe(401)
    expect(challenge).toContain('error="insufficient_user_authentication"')
    expect(challenge).toContain('acr_values="urn:okta:loa:2fa:any phr"')
    expect(challenge).toContain('max_age="0"')
  })

  it.each([refused('unavailable'), new Error('the binding is gone')])(
    'a verifier that cannot tell is a fault of ours: 503, to be tried again',
    async (verdict) => {
      const { status, challenge, response } = await api(verdict).get('Bearer abc')
      expect(status).toBe(503)
      expect(challenge).toBeNull()
      expect(response.headers.get('retry-after')).toBe('5')
    },
  )

  it('a realm cannot break out of its quotes', async () => {
    const { get } = api(GOOD, {}, 'a "b" \\ c\r\nx: y')
    expect((await get()).challenge).toContain(String.raw`realm="a \"b\" \\ cx: y"`)
  })
})

it.each([{ issuer: undefined }, { audience: undefined }, { audience: [1] }])(
  'whoever forgot to say what to expect hears of it before a request comes: %j',
  (forgotten) => {
    expect(() => api(GOOD, forgotten as never)).toThrow(TypeError)
  },
)
