/** What every answer of the management door has in common, whatever becomes of the request. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { managementRoutes } from '../../src/management/routes.ts'
import { methodsByPath } from '../../src/management/methods.ts'
import worker from '../../src/index.ts'
import { answered, api, API_TOKEN, made, ORIGIN, send, unique, type Json } from './support.ts'

const SERVERS = '/api/v1/authorizationServers'
const asAdministrator = { authorization: `SSWS ${API_TOKEN}` }

/** Sends a request to the Worker under another environment. */
async function under(changes: Json, path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext()
  const request = new Request(ORIGIN + path, { headers: asAdministrator, ...init })
  const response = await worker.fetch(request as never, { ...env, ...changes } as never, context)
  await waitOnExecutionContext(context)
  return response
}

const dead = new Error('D1_ERROR: Network connection lost.')
const DEAD_DATABASE = {
  prepare: (sql: string) => env.DB.prepare(sql),
  batch: () => Promise.reject(dead),
  withSession: () => DEAD_DATABASE,
}

const codeOf = async (response: Response): Promise<readonly [number, string]> => {
  const [status, body] = await answered(response)
  return [status, body['errorCode']]
}

describe('every answer', () => {
  it('has a request id of its own, is never stored and never sniffed, refusals and faults included', async () => {
    const away = { ORIGIN: 'https://away.edgemint.example', DB: DEAD_DATABASE }
    const answers: readonly (readonly [number, Response])[] = [
      [200, await api('GET', SERVERS)],
      [201, await api('POST', SERVERS, { name: unique('s'), audiences: ['api://x'] })],
      [200, await send(SERVERS, { method: 'HEAD', headers: asAdministrator })],
      [204, await send(SERVERS, { method: 'OPTIONS' })],
      [400, await api('POST', SERVERS, '{')],
      [400, await api('POST', SERVERS, `{"name":"${'x'.repeat(300_000)}"}`)],
      [401, await api('GET', SERVERS, undefined, 'SSWS wrong')],
      [404, await api('GET', '/api/v1/nothing')],
      [404, await api('GET', `${SERVERS}/aus1`)],
      [404, await api('GET', '/oauth2/v1/clients/x/nothing')],
      [405, await api('PATCH', SERVERS, {})],
      [503, await under({ ORIGIN: '' }, SERVERS)],
      [503, await under(away, SERVERS)],
    ]
    const ids = new Set<string>()
    for (const [status, { status: answeredStatus, headers }] of answers) {
      expect(answeredStatus).toBe(status)
      expect(headers.get('x-okta-request-id')).toMatch(/^req\w{22}$/)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      ids.add(headers.get('x-okta-request-id') ?? '')
    }
    expect(ids.size).toBe(answers.length)
  })

  it('names the rate limit in exactly one value each', async () => {
    for (const response of [
      await api('GET', SERVERS),
      await api('GET', '/api/v1/nothing'),
      await api('PUT', SERVERS, {}),
    ])
      for (const name of ['limit', 'remaining', 'reset'])
        expect(response.headers.get(`x-rate-limit-${name}`)).toMatch(/^\d+$/)
  })

  it('asks for HTTPS where the origin has it, and not on a developer’s machine', async () => {
    const hsts = 'strict-transport-security'
    expect((await api('GET', SERVERS)).headers.get(hsts)).toBe('max-age=31536000')
    const local = await under({ ORIGIN: 'http://localhost:8787' }, SERVERS)
    expect([local.status, local.headers.get(hsts)]).toEqual([200, null])
  })

  it('that is a fault says when to come back and nothing of what failed', async () => {
    const response = await under({ ORIGIN: 'https://fault.edgemint.example', DB: DEAD_DATABASE }, SERVERS) // prettier-ignore
    expect(response.headers.get('retry-after')).toBe('5')
    const text = await response.text()
    expect(text).toContain('E0000010')
    expect(text).not.toContain('Network connection lost')
    expect(text).not.toContain(API_TOKEN)
  })
})

describe('methods', () => {
  it('that a path does not have are refused with those that it has', async () => {
    for (const [path, allow] of [
      [SERVERS, 'GET, HEAD, OPTIONS, POST'],
      [`${SERVERS}/x`, 'DELETE, GET, HEAD, OPTIONS, PUT'],
      [`${SERVERS}/x/lifecycle/activate`, 'OPTIONS, POST'],
    ] as const)
      for (const method of ['PATCH', 'PURGE', 'PROPFIND']) {
        const response = await send(path, { method })
        expect([path, method, ...(await codeOf(response))]).toEqual([path, method, 405, 'E0000022'])
        expect(response.headers.get('allow')).toBe(allow)
      }
  })

  it('HEAD is GET without the body', async () => {
    for (const path of [SERVERS, `${SERVERS}/default`, '/api/v1/nothing', `${SERVERS}/aus1`]) {
      const get = await api('GET', path)
      const head = await send(path, { method: 'HEAD', headers: asAdministrator })
      expect([path, head.status, head.headers.get('content-type')]).toEqual([path, get.status, 'application/json']) // prettier-ignore
      expect(await head.text()).toBe('')
    }
  })

  it('OPTIONS is 204 at every path, without a token', async () => {
    for (const [path, methods] of methodsByPath(managementRoutes)) {
      const response = await send(path.replaceAll(/:\w+/g, 'x'), { method: 'OPTIONS' })
      expect([path, response.status, response.headers.get('allow')]).toEqual([path, 204, methods.join(', ')]) // prettier-ignore
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('a path that a parameter of another matches has the methods of both', () => {
    const routes = [
      { method: 'DELETE', path: '/tokens/current' },
      { method: 'GET', path: '/tokens/:id' },
      { method: 'PUT', path: '/other/:id' },
    ] as const
    expect([...methodsByPath(routes)]).toEqual([
      ['/tokens/current', ['DELETE', 'GET', 'HEAD', 'OPTIONS']],
      ['/tokens/:id', ['GET', 'HEAD', 'OPTIONS']],
      ['/other/:id', ['OPTIONS', 'PUT']],
    ])
  })
})

describe('queries', () => {
  it('a limit is a whole number from one, and more than the most is the most', async () => {
    for (const limit of ['0', '-1', '1.5', 'x', '1e3', '0x10', '+5', ' 5', 'NaN', 'Infinity', '9'.repeat(30)]) // prettier-ignore
      expect([limit, ...(await codeOf(await api('GET', `${SERVERS}?limit=${encodeURIComponent(limit)}`)))]).toEqual([limit, 400, 'E0000054']) // prettier-ignore
    for (const limit of ['1', '200', '201', '1000000000', ''])
      expect([limit, (await api('GET', `${SERVERS}?limit=${limit}`)).status]).toEqual([limit, 200])
  })

  it('any cursor is answered: one that names nothing begins where it would stand', async () => {
    for (const path of [SERVERS, '/api/v1/apps', '/api/v1/trustedOrigins'])
      for (const after of ['', 'x', '%00', '%F0%9F%92%A9', "'%20OR%201=1--", '~', '%ff', '0'.repeat(1000)]) // prettier-ignore
        expect([path, after, (await api('GET', `${path}?after=${after}`)).status]).toEqual([path, after, 200]) // prettier-ignore
    expect(await codeOf(await api('GET', `${SERVERS}?after=${'0'.repeat(limits.cursorCharactersMax + 1)}`))).toEqual([400, 'E0000054']) // prettier-ignore
  })

  it('a parameter given twice is refused by its name, also one that nobody knows', async () => {
    for (const query of ['limit=1&limit=2', 'q=a&q=a', 'x=1&x=1', 'q=a&%71=b']) {
      const [status, body] = await answered(await api('GET', `${SERVERS}?${query}`))
      expect([query, status, body['errorCode']]).toEqual([query, 400, 'E0000001'])
      expect(body['errorCauses'][0]['errorSummary']).toMatch(/^\w+: .*more than once$/)
    }
    expect((await api('GET', `${SERVERS}?x=1&y=2`)).status).toBe(200)
  })

  it('an Accept header that asks for something else is ignored', async () => {
    const headers = { ...asAdministrator, accept: 'text/html' }
    const response = await send(SERVERS, { headers })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']) // prettier-ignore
  })
})

describe('the rate limit', () => {
  it('once reached is E0000047 with what clients wait by', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-20T10:00:20Z'), toFake: ['Date'] })
    try {
      const slow = { ORIGIN: 'https://slow.edgemint.example', RATE_LIMIT_PER_MINUTE: '1' }
      const answers: Response[] = []
      // The brake counts for the isolate, so that the first may be too many already.
      for (let call = 0; call < 3; call++) answers.push(await under(slow, SERVERS))
      const refused = answers.at(-1)!
      expect(await codeOf(refused.clone())).toEqual([429, 'E0000047'])
      const reset = Date.parse('2026-11-20T10:01:00Z') / 1000
      expect(Object.fromEntries(refused.headers)).toMatchObject({
        'x-rate-limit-limit': '1',
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(reset),
        date: 'Fri, 20 Nov 2026 10:00:20 GMT',
        'retry-after': '40',
        'x-okta-request-id': expect.stringMatching(/^req/),
        'content-type': 'application/json',
      })
      // The SDK's own arithmetic.
      const wait = reset * 1000 - new Date(refused.headers.get('date') ?? '').getTime() + 1000
      expect(wait).toBe(41_000)
      vi.setSystemTime(new Date('2026-11-20T10:01:00Z'))
      expect((await under(slow, SERVERS)).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })
})

it('a write that is refused leaves nothing behind', async () => {
  const name = unique('never')
  expect(await codeOf(await api('POST', `${SERVERS}?a=1&a=2`, { name, audiences: ['api://x'] }))).toEqual([400, 'E0000001']) // prettier-ignore
  expect(await made(200, 'GET', `${SERVERS}?q=${name}`)).toEqual([])
})
