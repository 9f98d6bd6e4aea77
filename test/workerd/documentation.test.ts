/** The documentation at its addresses: the management API for machines and people, and the expression language. */
import { describe, expect, it } from 'vitest'
import { ORIGIN, send, type Json } from './support.ts'

describe('GET /api/v1/openapi.json', () => {
  const get = (headers: Record<string, string> = {}): Promise<Response> =>
    send('/api/v1/openapi.json', { headers })

  it('is public, and names the configured origin', async () => {
    const response = await get({ host: 'evil.example' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    const document = (await response.json()) as Json
    expect(document['openapi']).toMatch(/^3\.1\./)
    expect(document['servers']).toEqual([{ url: ORIGIN }])
    expect(document['components']['securitySchemes']['oauth2']['flows']).toMatchObject({
      clientCredentials: { tokenUrl: `${ORIGIN}/oauth2/v1/token` },
    })
  })

  it('is cacheable: what is known is not sent again', async () => {
    const etag = (await get()).headers.get('etag')!
    expect((await get()).headers.get('cache-control')).toContain('max-age')
    const again = await get({ 'if-none-match': `W/${etag}, "other"` })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200)
  })

  it('[RFC9110-15.5.6] answers no other method, and says which', async () => {
    const response = await send('/api/v1/openapi.json', { method: 'DELETE' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

const idsOf = (page: string): readonly string[] =>
  [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!)

describe.each(['/docs', '/docs/api'])('GET %s', (path) => {
  const get = (headers: Record<string, string> = {}): Promise<Response> => send(path, { headers })

  it('needs no script and no other host, and may load none', async () => {
    const response = await get()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy')!
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='/)
    expect(policy).not.toContain('unsafe')
    const page = await response.text()
    expect(page).not.toMatch(/<script|<link|<img|\son\w+=|style="/)
    expect(page.replaceAll(ORIGIN, '')).not.toMatch(/(href|src|url\()[="']*https?:/)
    expect(page.length).toBeLessThan(600 * 1024)
  })

  it('is known by the hash of its one style', async () => {
    const response = await get()
    const style = /<style>([\s\S]*?)<\/style>/.exec(await response.text())![1]!
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
    expect(response.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`)
  })

  it('is cacheable, and answers no other method', async () => {
    const { headers } = await get()
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    expect((await get({ 'if-none-match': headers.get('etag')! })).status).toBe(304)
    const posted = await send(path, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('has no anchor twice, and no link to one that is not there', async () => {
    const page = await (await get()).text()
    const ids = idsOf(page)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    const led = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!)
    expect(led.filter((id) => !ids.includes(id))).toEqual([])
  })

  it('leads to the other page, and says which one it is', async () => {
    const page = await (await get()).text()
    for (const other of ['/docs', '/docs/api'])
      expect(page).toMatch(
        new RegExp(`<a href="${other}"${other === path ? ' aria-current="page"' : ''}>`),
      )
  })

  it('has landmarks, one first heading and no level of headings left out', async () => {
    const page = await (await get()).text()
    for (const landmark of ['<main id="main">', '<nav aria-label=', '<header>', '<html lang="en">'])
      expect(page).toContain(landmark)
    const levels = [...page.matchAll(/<h([1-6])[\s>]/g)].map(([, level]) => Number(level))
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1)).toEqual([])
  })
})

it('/docs/api has every operation and every schema, each at an anchor of its own', async () => {
  const ids = idsOf(await (await send('/docs/api')).text())
  const document = (await (await send('/api/v1/openapi.json')).json()) as Json
  const operations = Object.values(document['paths']).flatMap((path) =>
    Object.values(path as Json).map((operation) => operation['operationId'] as string),
  )
  const schemas = Object.keys(document['components']['schemas']).map((name) => `schema-${name}`)
  expect([...operations, ...schemas].filter((id) => !ids.includes(id))).toEqual([])
})

it('an administrator who follows the first look of /docs gets what it says', async () => {
  const page = await (await send('/docs')).text()
  for (const piece of ['ada@example.com', '&quot;ADA&quot;', '&quot;billing-eu&quot;'])
    expect(page).toContain(piece)
})
