/** The description of the management API at its addresses. */
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

  it('answers no other method', async () => {
    const response = await send('/api/v1/openapi.json', { method: 'DELETE' })
    expect(response.status).toBe(405)
  })
})
