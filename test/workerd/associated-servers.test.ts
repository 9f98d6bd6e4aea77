/** Servers that a server trusts, and lists of servers by pages and by how they begin. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { refusal, statuses } from './app-support.ts'
import { answered, api, made, ORIGIN, unique, type Json } from './support.ts'

const SERVERS = '/api/v1/authorizationServers'

async function named(name: string, audience = 'api://x'): Promise<string> {
  const { id } = await made(201, 'POST', SERVERS, {
    name,
    audiences: [audience],
    credentials: { signing: { alg: 'ES256' } },
  })
  return id as string
}

const associatedOf = (id: string): string => `${SERVERS}/${id}/associatedServers`

const associate = (id: string, ...trusted: readonly string[]): Promise<Response> =>
  api('POST', associatedOf(id), { trusted })

const idsAt = async (path: string): Promise<readonly string[]> =>
  ((await made(200, 'GET', path)) as unknown as Json[]).map((one) => one['id'] as string)

/** All pages of a list: the ids of each. */
async function pages(path: string): Promise<readonly (readonly string[])[]> {
  const seen: string[][] = []
  let next: string | undefined = path
  while (next !== undefined) {
    const response: Response = await api('GET', next)
    expect(response.status).toBe(200)
    seen.push(((await response.json()) as Json[]).map((one) => one['id'] as string))
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return seen
}

/** Stores servers without asking for keys. */
async function stored(
  rows: readonly { readonly id: string; readonly name: string; readonly audience: string }[],
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO authorization_servers (id, name, audience, issuer_mode, status, is_default, rotation_mode,
     signing_alg, version, created, last_updated)
     SELECT value ->> 'id', value ->> 'name', value ->> 'audience', 'ORG_URL', 'ACTIVE', 0, 'AUTO', 'ES256', 1, 1, 1
     FROM json_each(?1)`,
  )
    .bind(JSON.stringify(rows))
    .run()
}

describe('associated servers', () => {
  it('are associated, listed, and parted from', async () => {
    const prefix = unique('assoc')
    const [one, two, three] = await Promise.all([1, 2, 3].map((n) => named(`${prefix}-${n}`)))
    const created = (await made(200, 'POST', associatedOf(one!), { trusted: [two] })) as unknown
    expect(created).toMatchObject([
      {
        id: two,
        name: `${prefix}-2`,
        default: false,
        _links: {
          self: { href: `${ORIGIN}${associatedOf(one!)}/${two}`, hints: { allow: ['DELETE'] } },
        },
      },
    ])
    expect(Object.keys((created as Json[])[0]!['_links'])).toEqual(['self'])
    // The form of Okta's example.
    const again = await made(200, 'POST', associatedOf(one!), [{ trusted: three }])
    expect(again).toMatchObject([{ id: three }])

    expect(await idsAt(`${associatedOf(one!)}?trusted=true`)).toEqual([two, three].toSorted())
    expect(await idsAt(associatedOf(one!))).toEqual([two, three].toSorted())
    expect(await pages(`${associatedOf(one!)}?trusted=true&limit=1`)).toHaveLength(2)
    expect(await idsAt(`${associatedOf(one!)}?trusted=true&q=${prefix}-2`)).toEqual([two])
    expect(await idsAt(`${associatedOf(one!)}?trusted=false&q=${prefix}`)).toEqual([])
    const others = await idsAt(`${associatedOf(one!)}?trusted=false`)
    expect(others).toContain('ausdefault0000000001')
    for (const id of [one!, two!, three!]) expect(others).not.toContain(id)
    // Trust goes one way.
    expect(await idsAt(`${associatedOf(two!)}?trusted=true`)).toEqual([])
    expect(await idsAt(`${associatedOf(two!)}?trusted=false&q=${prefix}`)).toEqual(
      [one, three].toSorted((a, b) => (a === one ? -1 : b === one ? 1 : 0)),
    )

    await made(204, 'DELETE', `${associatedOf(one!)}/${two}`)
    expect(await idsAt(`${associatedOf(one!)}?trusted=true`)).toEqual([three])
    await made(204, 'DELETE', `${SERVERS}/${three}`)
    expect(await idsAt(`${associatedOf(one!)}?trusted=true`)).toEqual([])
  })

  it('bad ones are refused, and then none is associated', async () => {
    const [one, two] = await Promise.all([named(unique('assoc')), named(unique('assoc'))])
    expect(await answered(await associate(one, two, 'aus-nobody'))).toMatchObject([
      404,
      { errorCode: 'E0000007' },
    ])
    expect(await refusal('POST', associatedOf(one), { trusted: [two, one] })).toContain('itself')
    const wrong: readonly unknown[] = [
      {},
      { trusted: [] },
      { trusted: two },
      { trusted: [7] },
      { trusted: [''] },
      { trusted: ['x'.repeat(101)] },
      { trusted: Array.from({ length: 10_000 }, () => two) },
      [],
      [two],
      [{ trusted: 7 }],
      'x',
    ]
    for (const body of wrong) {
      const response = await api('POST', associatedOf(one), JSON.stringify(body))
      expect([body, await answered(response)]).toMatchObject([
        body,
        [400, { errorCode: 'E0000001' }],
      ])
    }
    expect(await idsAt(associatedOf(one))).toEqual([])
    for (const id of [two, 'aus-nobody', "' OR 1=1 --"])
      expect((await api('DELETE', `${associatedOf(one)}/${encodeURIComponent(id)}`)).status).toBe(
        404,
      )
  })

  it('[race] of the same association made many times one succeeds', async () => {
    const [one, two] = await Promise.all([named(unique('assoc')), named(unique('assoc'))])
    const all = Array.from({ length: 5 }, () => associate(one, two))
    expect(await statuses(all)).toEqual([200, 400, 400, 400, 400])
    expect(await refusal('POST', associatedOf(one), { trusted: [two] })).toContain('already exists')
  })

  it(`[race] are at most ${limits.associatedServersMax}, however many ask at once`, async () => {
    const one = await named(unique('assoc'))
    const ids = Array.from({ length: limits.associatedServersMax + 2 }, (_, n) => `ausmany${n}`)
    await stored(ids.map((id) => ({ id, name: id, audience: 'a' })))
    expect((await associate(one, ...ids.slice(3))).status).toBe(200)
    expect(await statuses(ids.slice(0, 3).map((id) => associate(one, id)))).toEqual([200, 400, 400])
    expect((await associate(one, ids[0]!, ids[1]!)).status).toBe(400)
  })

  it('the default server is named by its alias', async () => {
    const one = await named(unique('assoc'))
    expect(await made(200, 'POST', associatedOf(one), { trusted: ['default'] })).toMatchObject([
      { default: true, issuer: `${ORIGIN}/oauth2/default` },
    ])
    await made(200, 'POST', associatedOf('default'), { trusted: [one] })
    const [shown] = (await made(200, 'GET', associatedOf('default'))) as unknown as [Json]
    expect(shown['_links']['self']['href']).toBe(`${ORIGIN}${associatedOf('default')}/${one}`)
    await made(204, 'DELETE', `${associatedOf(one)}/default`)
    expect(await refusal('POST', associatedOf('default'), { trusted: ['default'] })).toContain(
      'itself',
    )
  })
})

describe('lists of servers', () => {
  const prefix = unique('Lists')
  /** Name and audience by number: some begin with the text in one, some in both, whatever the case. */
  const rows = Array.from({ length: 60 }, (_, n) => ({
    id: `auslist${String(n).padStart(3, '0')}`,
    name:
      n % 3 === 0 ? `other ${n}` : n % 3 === 1 ? `${prefix.toUpperCase()} same` : `${prefix}${n}`,
    audience: n % 2 === 0 ? `${prefix.toLowerCase()}://${n % 4}` : 'api://else',
  }))
  const matching = rows.filter(({ name, audience }) =>
    [name, audience].some((text) => text.toLowerCase().startsWith(prefix.toLowerCase())),
  )

  beforeAll(() => stored(rows))

  it.each([1, 2, 7, 40, 200])('begin with a text, each once, by pages of %d', async (limit) => {
    const found = await pages(`${SERVERS}?q=${prefix}&limit=${limit}`)
    expect(found.flat().toSorted()).toEqual(matching.map(({ id }) => id).toSorted())
    expect(found.every((page) => page.length <= limit)).toBe(true)
    expect(await pages(`${SERVERS}?q=${prefix}&limit=${limit}`)).toEqual(found)
    const others = await pages(`${SERVERS}/default/associatedServers?trusted=false&q=${prefix}&limit=${limit}`) // prettier-ignore
    expect(others).toEqual(found)
  })

  it('take the text as it is', async () => {
    await stored([
      { id: 'auspercent', name: '50%_off\\', audience: 'a' },
      { id: 'ausletters', name: 'ÄRGER', audience: 'a' },
      { id: 'ausquote', name: "'; DROP TABLE meta; --", audience: 'a' },
    ])
    for (const [q, ids] of [
      ['50%_', ['auspercent']],
      ['5__', []],
      ['%', []],
      ['ÄRG', ['ausletters']],
      ["'; drop", ['ausquote']],
      ['*', []],
      ['\u{10FFFF}', []],
    ] as const)
      expect([q, await idsAt(`${SERVERS}?q=${encodeURIComponent(q)}`)]).toEqual([q, ids])
  })

  it('go on behind what was deleted or renamed meanwhile', async () => {
    const text = unique('moving')
    await stored(['a', 'b', 'c'].map((n) => ({ id: `ausmove${n}`, name: text + n, audience: 'x' })))
    const first = await api('GET', `${SERVERS}?q=${text}&limit=2`)
    expect(((await first.json()) as Json[]).map((one) => one['id'])).toEqual([
      'ausmovea',
      'ausmoveb',
    ])
    await env.DB.prepare("DELETE FROM authorization_servers WHERE id = 'ausmoveb'").run()
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')![1]!
    expect(await idsAt(next)).toEqual(['ausmovec'])
  })

  it('refuse cursors that are none', async () => {
    const cursor = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll('=', '')
    for (const after of [
      'x',
      'auslist001',
      cursor(null),
      cursor([]),
      cursor({ by: 'id', key: prefix, id: '' }),
      cursor({ by: 'name', key: 'a', id: '' }),
      cursor({ by: 'name', key: prefix }),
      'x'.repeat(9000),
    ]) {
      const response = await api('GET', `${SERVERS}?q=${prefix}&after=${encodeURIComponent(after)}`)
      expect([after, await answered(response)]).toMatchObject([
        after,
        [400, { errorCode: 'E0000054' }],
      ])
    }
  })
})
