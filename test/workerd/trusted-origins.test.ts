/** Trusted origins: what is one, how they are found, and which pages may read what the management API answers. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answered, api, API_TOKEN, made, ORIGIN, send, unique, type Json } from './support.ts'

const PATH = '/api/v1/trustedOrigins'

const anOrigin = (changes: Json = {}): Json => ({
  name: unique('origin'),
  origin: `https://${unique('app')}.example`,
  scopes: [{ type: 'CORS' }, { type: 'REDIRECT' }],
  ...changes,
})

const create = (changes: Json = {}): Promise<Json> => made(200, 'POST', PATH, anOrigin(changes))

const causesOf = async (response: Response): Promise<readonly unknown[]> => {
  const [status, body] = await answered(response)
  return [
    status,
    body['errorCode'],
    body['errorCauses'].map((cause: Json) => cause['errorSummary']),
  ]
}

const eventsOf = async (id: string): Promise<readonly string[]> => {
  const statement = env.LOG_DB.prepare(
    'SELECT event_type AS type FROM events WHERE document LIKE ?1',
  ).bind(`%${id}%`)
  return (await statement.all<{ type: string }>()).results.map(({ type }) => type).toSorted()
}

describe('a trusted origin', () => {
  it('is created, read, replaced, deactivated, activated and deleted', async () => {
    const one = await create({ scopes: [{ type: 'IFRAME_EMBED', allowedOktaApps: ['OKTA_ENDUSER'] }] }) // prettier-ignore
    expect(Object.keys(one)).toEqual([
      'id',
      'name',
      'origin',
      'scopes',
      'status',
      'created',
      'createdBy',
      'lastUpdated',
      'lastUpdatedBy',
      '_links',
    ])
    expect(one).toMatchObject({
      id: expect.stringMatching(/^tos\w{17}$/),
      scopes: [{ type: 'IFRAME_EMBED', allowedOktaApps: ['OKTA_ENDUSER'] }],
      status: 'ACTIVE',
      createdBy: expect.stringMatching(/^00u/),
    })
    const path = `${PATH}/${one['id']}`
    expect(one['_links']['self']['href']).toBe(ORIGIN + path)
    expect(await made(200, 'GET', path)).toEqual(one)

    const replacement = anOrigin({ id: 'other', status: 'INACTIVE', createdBy: 'me', unknown: 1 })
    const replaced = await made(200, 'PUT', path, replacement)
    expect(replaced).toMatchObject({
      id: one['id'],
      name: replacement['name'],
      origin: replacement['origin'],
      scopes: replacement['scopes'],
      status: 'ACTIVE',
      createdBy: one['createdBy'],
    })
    const inactive = await made(200, 'POST', `${path}/lifecycle/deactivate`)
    expect(inactive['status']).toBe('INACTIVE')
    expect(Object.keys(inactive['_links'])).toEqual(['self', 'activate'])
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    const active = await made(200, 'POST', `${path}/lifecycle/activate`)
    expect(Object.keys(active['_links'])).toEqual(['self', 'deactivate'])
    await made(204, 'DELETE', path)
    for (const [method, below, body] of [
      ['GET', ''],
      ['PUT', '', anOrigin()],
      ['DELETE', ''],
      ['POST', '/lifecycle/activate'],
      ['POST', '/lifecycle/deactivate'],
    ] as const)
      expect((await answered(await api(method, path + below, body)))[1]['errorCode']).toBe('E0000007') // prettier-ignore
    expect(await eventsOf(one['id'])).toEqual(
      ['create', 'update', 'deactivate', 'activate', 'delete']
        .map((verb) => `security.trusted_origin.${verb}`)
        .toSorted(),
    )
  })

  it('is kept as browsers write it', async () => {
    for (const [given, kept] of [
      ['HTTPS://Case.Example', 'https://case.example'],
      ['https://port.example:443', 'https://port.example'],
      ['https://port.example:8443', 'https://port.example:8443'],
      ['http://localhost:3000', 'http://localhost:3000'],
      ['http://[::1]:3000', 'http://[::1]:3000'],
      ['https://müller.example', 'https://xn--mller-kva.example'],
      ['capacitor://localhost', 'capacitor://localhost'],
      ['ionic://LocalHost', 'ionic://localhost'],
    ])
      expect([given, (await create({ origin: given }))['origin']]).toEqual([given, kept])
  })

  it('that is no scheme, host and port is refused in Okta’s words', async () => {
    for (const origin of [
      '',
      'example.com',
      'https://',
      'https://example.com/',
      'https://example.com/path',
      'https://example.com?x',
      'https://example.com#x',
      'https://user@example.com',
      'https://user:pass@example.com',
      'https://*.example.com',
      'https://example.com:99999',
      'https://exa mple.com',
      'https://example.com\n',
      'https:\\\\example.com',
      'javascript:alert(1)',
      'javascript://example.com',
      'data:text/html,x',
      'null',
      '*',
      `https://${'a'.repeat(300)}.example`,
    ]) {
      const [status, code, causes] = await causesOf(await api('POST', PATH, anOrigin({ origin })))
      expect([origin, status, code]).toEqual([origin, 400, 'E0000001'])
      if (origin.length < 255) expect(causes).toEqual(['origin: Origin value is not valid'])
    }
  })

  it('needs a name and one to three different uses', async () => {
    for (const [changes, field] of [
      [{ name: '' }, 'name'],
      [{ name: undefined }, 'name'],
      [{ name: 'x'.repeat(256) }, 'name'],
      [{ name: 7 }, 'name'],
      [{ origin: 7 }, 'origin'],
      [{ scopes: undefined }, 'scopes'],
      [{ scopes: [] }, 'scopes'],
      [{ scopes: [{ type: 'CORS' }, { type: 'CORS' }] }, 'scopes'],
      [{ scopes: [{ type: 'cors' }] }, 'scopes.0.type'],
      [{ scopes: ['CORS'] }, 'scopes.0'],
      [{ scopes: Array.from({ length: 10_000 }, () => ({ type: 'CORS' })) }, 'scopes'],
      [{ scopes: [{ type: 'IFRAME_EMBED', allowedOktaApps: ['X'] }] }, 'scopes.0.allowedOktaApps.0'], // prettier-ignore
    ] as const) {
      const [status, code, causes] = await causesOf(await api('POST', PATH, anOrigin(changes)))
      expect([field, status, code]).toEqual([field, 400, 'E0000001'])
      expect((causes as string[])[0]).toMatch(new RegExp(`^${field}: `))
    }
  })

  it('[race] has a name and an origin of its own', async () => {
    const one = await create()
    const taken = (field: string) => [400, 'E0000001', [expect.stringMatching(new RegExp(`^${field}: `))]] // prettier-ignore
    expect(await causesOf(await api('POST', PATH, anOrigin({ name: one['name'] })))).toEqual(taken('name')) // prettier-ignore
    expect(await causesOf(await api('POST', PATH, anOrigin({ origin: one['origin'].toUpperCase() })))).toEqual(taken('origin')) // prettier-ignore
    const other = await create()
    expect(await causesOf(await api('PUT', `${PATH}/${other['id']}`, anOrigin({ origin: one['origin'] })))).toEqual(taken('origin')) // prettier-ignore
    const wanted = anOrigin()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api('POST', PATH, { ...wanted, name: unique('race') })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400])
  })

  it('is one of a bounded number', async () => {
    const before = await env.DB.prepare('SELECT count(*) AS n FROM trusted_origins').first<{ n: number }>() // prettier-ignore
    await env.DB.prepare(
      `WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?1)
       INSERT INTO trusted_origins (id, name, origin, scopes, status, created, created_by, last_updated, last_updated_by)
       SELECT 'tosfill' || value, 'fill' || value, 'https://fill' || value, '[]', 'INACTIVE', 1, 'x', 1, 'x' FROM n`,
    )
      .bind(limits.trustedOriginsMax - before!.n)
      .run()
    expect(await causesOf(await api('POST', PATH, anOrigin()))).toEqual([
      400,
      'E0000001',
      [expect.stringContaining('at most 1000')],
    ])
    await env.DB.prepare(`DELETE FROM trusted_origins WHERE id LIKE 'tosfill%'`).run()
    await create()
  })
})

describe('lists', () => {
  const namesOf = async (query: Record<string, string>): Promise<readonly string[]> => {
    const response = await api('GET', `${PATH}?${new URLSearchParams(query).toString()}`)
    const [status, body] = await answered(response)
    expect([query, status]).toEqual([query, 200])
    return (body as unknown as Json[]).map((one) => one['name'] as string)
  }

  it('come in pages, also of what was found', async () => {
    const prefix = unique('page')
    const names = Array.from({ length: 5 }, (_, at) => `${prefix}-${at}`)
    for (const name of names) await create({ name })
    for (const query of [`q=${prefix}`, `filter=${encodeURIComponent(`name sw "${prefix}"`)}`]) {
      const found: string[] = []
      let path: string | null = `${PATH}?limit=2&${query}`
      let pages = 0
      while (path !== null) {
        const response: Response = await api('GET', path)
        found.push(...((await response.json()) as Json[]).map((one) => one['name'] as string))
        const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
        path = next === undefined ? null : next.replace(ORIGIN, '')
        pages++
      }
      expect([query, found.toSorted(), pages]).toEqual([query, names, 3])
    }
  })

  it('are filtered by id, name, origin, status and type', async () => {
    const one = await create({ scopes: [{ type: 'IFRAME_EMBED' }] })
    const { id, name, origin } = one
    await made(200, 'POST', `${PATH}/${id}/lifecycle/deactivate`)
    for (const filter of [
      `id eq "${id}"`,
      `name eq "${name}"`,
      `origin EQ "${origin}"`,
      `origin sw "${origin}" and status eq "INACTIVE"`,
      `type eq "IFRAME_EMBED" and (name eq "${name}" or name eq "x")`,
      `not (type eq "CORS") and name eq "${name}"`,
      `name co "${name}" and type ne "CORS" and name pr`,
      `name ge "${name}" and name le "${name}"`,
    ])
      expect([filter, await namesOf({ filter })]).toEqual([filter, [name]])
    expect(await namesOf({ filter: `name eq "${name}" and status eq "ACTIVE"` })).toEqual([])
    expect(await namesOf({ filter: `name eq "' OR 1=1 --"` })).toEqual([])
    expect(await namesOf({ q: name.toUpperCase() })).toEqual([name])
    expect(await namesOf({ q: origin, filter: `id eq "${id}"` })).toEqual([name])
  })

  it('refuse what is no filter', async () => {
    for (const filter of [
      'name',
      'name eq',
      'secret eq "x"',
      'Name eq "x"',
      'name like "x"',
      `${'('.repeat(50)}name pr${')'.repeat(50)}`,
    ])
      // prettier-ignore
      expect([
        filter,
        (await causesOf(await api('GET', `${PATH}?filter=${encodeURIComponent(filter)}`))).slice(0, 2), // prettier-ignore
      ]).toEqual([filter, [400, 'E0000053']])
  })
})

describe('a page of another origin', () => {
  const from = (origin: string, method = 'GET', headers: Record<string, string> = {}) =>
    send(PATH, {
      method,
      headers: { origin, authorization: `SSWS ${API_TOKEN}`, ...headers },
    })
  const allowed = async (origin: string, method?: string): Promise<string | null> =>
    (await from(origin, method)).headers.get('access-control-allow-origin')

  it('reads answers only while its origin is trusted, active and of type CORS', async () => {
    const one = await create()
    const { origin } = one
    const path = `${PATH}/${one['id']}`
    expect(await allowed(origin)).toBe(origin)
    expect(await allowed(origin, 'OPTIONS')).toBe(origin)
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    expect(await allowed(origin)).toBeNull()
    expect(await allowed(origin, 'OPTIONS')).toBeNull()
    await made(200, 'POST', `${path}/lifecycle/activate`)
    expect(await allowed(origin)).toBe(origin)
    await made(200, 'PUT', path, { ...one, scopes: [{ type: 'REDIRECT' }, { type: 'IFRAME_EMBED' }] }) // prettier-ignore
    expect(await allowed(origin)).toBeNull()
    await made(200, 'PUT', path, one)
    expect(await allowed(origin)).toBe(origin)
    await made(204, 'DELETE', path)
    expect(await allowed(origin)).toBeNull()
  })

  it('is compared whole: no prefix, no suffix, no other scheme or port, no null', async () => {
    const { origin } = await create({ origin: 'https://exact.example' })
    for (const other of [
      `${origin}.evil.example`,
      'https://evil-exact.example',
      'http://exact.example',
      `${origin}:8443`,
      `${origin}/`,
      origin.toUpperCase(),
      'null',
      '*',
      'https://sub.exact.example',
    ])
      expect([other, await allowed(other)]).toEqual([other, null])
  })

  it('gets every answer with the headers that clients read, refusals included, and never credentials', async () => {
    const { origin } = await create()
    for (const response of [
      await from(origin),
      await from(origin, 'GET', { authorization: 'SSWS wrong' }),
      await from(origin, 'GET', { authorization: 'Bearer wrong' }),
      await from(origin, 'PATCH'),
      await send('/api/v1/nothing', { headers: { origin } }),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
      expect(response.headers.get('vary')).toBe('Origin')
      const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase().split(', ') // prettier-ignore
      for (const name of [
        'dpop-nonce',
        'www-authenticate',
        'link',
        'x-okta-request-id',
        'x-rate-limit-limit',
        'x-rate-limit-remaining',
        'x-rate-limit-reset',
      ])
        expect(exposed).toContain(name)
    }
  })

  it('asks first and is told the methods of the path and the headers that clients send', async () => {
    const { origin } = await create()
    const response = await send(`${PATH}/tos1`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization, content-type',
      },
    })
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    expect(response.headers.get('access-control-allow-methods')).toBe('DELETE, GET, HEAD, OPTIONS, PUT') // prettier-ignore
    const headers = response.headers.get('access-control-allow-headers')?.toLowerCase().split(', ')
    for (const name of [
      'accept',
      'content-type',
      'authorization',
      'dpop',
      'x-okta-user-agent-extended',
      'x-device-fingerprint',
      'x-device-token',
    ])
      expect(headers).toContain(name)
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })
})
