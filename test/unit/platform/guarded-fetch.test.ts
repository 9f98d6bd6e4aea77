/** The one way out: which URLs may be fetched at all, and what a fetch does with redirects, size and time. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  guardedForm,
  guardedGet,
  guardedPost,
  isFetchable,
} from '../../../src/platform/guarded-fetch.ts'
import { limits } from '../../../src/platform/limits.ts'

describe('a URL that may be fetched', () => {
  it.each([
    'https://example.com/jwks.json',
    'https://example.com',
    'https://keys.example.co.uk/a?b=c',
    'https://example.com:443/x',
    'https://example.com:8443/x',
    'https://example.com./x',
    'https://EXAMPLE.com',
    'https://1password.com',
    'https://xn--bcher-kva.example',
    'https://localhost.example.com',
    'https://internal.example.com',
  ])('%s', (url) => {
    expect(isFetchable(url, [])).toBe(true)
  })
})

describe('a URL that is refused', () => {
  it.each([
    ['no URL', 'example.com/jwks'],
    ['nothing', ''],
    ['http', 'http://example.com'],
    ['another scheme', 'file:///etc/passwd'],
    ['script', 'javascript:alert(1)'],
    ['data', 'data:application/json,{}'],
    ['a blob of a good origin', 'blob:https://example.com/1'],
    ['credentials', 'https://user:pass@example.com'],
    ['a user alone', 'https://user@example.com'],
    ['a password alone', 'https://:pass@example.com'],
    ['a user that looks like a host', 'https://example.com@127.0.0.1'],
    ['port 80', 'https://example.com:80'],
    ['port 22', 'https://example.com:22'],
    ['port 8787', 'https://example.com:8787'],
    ['the metadata address', 'https://169.254.169.254/latest/meta-data'],
    ['the metadata name', 'https://metadata.google.internal'],
    ['loopback', 'https://127.0.0.1'],
    ['loopback, short', 'https://127.1'],
    ['loopback, decimal', 'https://2130706433'],
    ['loopback, hexadecimal', 'https://0x7f000001'],
    ['loopback, hexadecimal parts', 'https://0x7f.0x0.0x0.0x1'],
    ['loopback, octal', 'https://0177.0.0.1'],
    ['loopback, escaped', 'https://%31%32%37.0.0.1'],
    ['loopback, in other digits', 'https://①②⑦.⓪.⓪.①'],
    ['loopback, trailing dot', 'https://127.0.0.1.'],
    ['metadata, decimal', 'https://2852039166'],
    ['any address', 'https://0.0.0.0'],
    ['private, 10/8', 'https://10.0.0.1'],
    ['private, 172.16/12', 'https://172.16.0.1'],
    ['private, 192.168/16', 'https://192.168.1.1'],
    ['carrier-grade', 'https://100.64.0.1'],
    ['a public address, literally', 'https://8.8.8.8'],
    ['IPv6 loopback', 'https://[::1]'],
    ['IPv6 any', 'https://[::]'],
    ['IPv6 unique local', 'https://[fd00::1]'],
    ['IPv6 link local', 'https://[fe80::1]'],
    ['IPv4 in IPv6', 'https://[::ffff:127.0.0.1]'],
    ['IPv4 in NAT64', 'https://[64:ff9b::a9fe:a9fe]'],
    ['a public IPv6 address', 'https://[2606:4700::1111]'],
    ['localhost', 'https://localhost'],
    ['localhost, trailing dot', 'https://localhost.'],
    ['a name under localhost', 'https://app.localhost'],
    ['localhost in capitals', 'https://LOCALHOST'],
    ['a name without a dot', 'https://intranet'],
    ['.local', 'https://printer.local'],
    ['.local, trailing dot', 'https://printer.local.'],
    ['.internal in capitals', 'https://db.INTERNAL'],
    ['.lan', 'https://nas.lan'],
    ['.home.arpa', 'https://nas.home.arpa'],
    ['.corp', 'https://wiki.corp'],
    ['.test', 'https://example.test'],
    ['a cluster name', 'https://api.default.svc.cluster.local'],
    ['localhost, two trailing dots', 'https://localhost..'],
    ['an inner name, two trailing dots', 'https://metadata.google.internal..'],
  ])('%s', (_, url) => {
    expect(isFetchable(url, [])).toBe(false)
  })
})

describe('origins that local tests allow', () => {
  const allowed = ['http://localhost:9000']

  it('may be fetched although they are loopback', () => {
    expect(isFetchable('http://localhost:9000/jwks', allowed)).toBe(true)
  })

  it.each([
    'http://localhost:9001/jwks',
    'https://localhost:9000/jwks',
    'http://127.0.0.1:9000/jwks',
    'http://user@localhost:9000/jwks',
    'http://localhost:9000.example.com/',
  ])('do not allow %s', (url) => {
    expect(isFetchable(url, allowed)).toBe(false)
  })

  it('do not refuse what is public', () => {
    expect(isFetchable('https://example.com', allowed)).toBe(true)
  })
})

type Answer = (url: string, init: RequestInit) => Response | Promise<Response>

function stubFetch(answer: Answer): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(url)
    return answer(url, init)
  })
  return asked
}

const redirect = (location: string, status = 302): Response =>
  new Response(null, { status, headers: { location } })

describe('a guarded GET', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('answers with status and body', async () => {
    stubFetch(() => new Response('{"keys":[]}', { status: 203 }))
    expect(await guardedGet('https://example.com/jwks', [])).toEqual({
      outcome: 'answered',
      status: 203,
      isJson: false,
      body: '{"keys":[]}',
    })
  })

  it('never lets the platform follow redirects, and always has a time limit', async () => {
    let seen: RequestInit = {}
    stubFetch((_, init) => {
      seen = init
      return new Response('')
    })
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    await guardedGet('https://example.com', [])
    expect(seen.redirect).toBe('manual')
    expect(seen.signal).toBe(timeout.mock.results[0]?.value)
    expect(timeout).toHaveBeenCalledExactlyOnceWith(limits.outboundTimeoutMillis)
  })

  it('does not ask an address that is refused', async () => {
    const asked = stubFetch(() => new Response(''))
    expect(await guardedGet('https://169.254.169.254/', [])).toEqual({
      outcome: 'refused',
      reason: 'address',
    })
    expect(asked).toEqual([])
  })

  it.each([
    'http://169.254.169.254/',
    'https://127.0.0.1/',
    'https://localhost/',
    '//10.0.0.1/x',
    'https://user:pass@example.com/',
    'https://example.com:22/',
    'http://example.com/',
    'file:///etc/passwd',
  ])('refuses a redirect to %s', async (location) => {
    const asked = stubFetch(() => redirect(location))
    expect(await guardedGet('https://example.com/', [])).toEqual({
      outcome: 'refused',
      reason: 'address',
    })
    expect(asked).toHaveLength(1)
  })

  it.each([301, 302, 303, 307, 308])('follows a redirect of status %d by hand', async (status) => {
    const asked = stubFetch((url) =>
      url.endsWith('/b') ? new Response('there') : redirect('/b', status),
    )
    expect(await guardedGet('https://example.com/a', [])).toMatchObject({ body: 'there' })
    expect(asked).toEqual(['https://example.com/a', 'https://example.com/b'])
  })

  it(`follows ${limits.outboundRedirectsMax} redirects and no more`, async () => {
    const hops = (count: number): Answer => {
      return (url) => {
        const hop = Number(new URL(url).pathname.slice(1))
        return hop === count ? new Response('end') : redirect(`/${hop + 1}`)
      }
    }
    stubFetch(hops(limits.outboundRedirectsMax))
    expect(await guardedGet('https://example.com/0', [])).toMatchObject({ outcome: 'answered' })
    const asked = stubFetch(hops(limits.outboundRedirectsMax + 1))
    expect(await guardedGet('https://example.com/0', [])).toEqual({
      outcome: 'refused',
      reason: 'redirects',
    })
    expect(asked).toHaveLength(limits.outboundRedirectsMax + 1)
  })

  it('refuses a redirect to something that is no URL', async () => {
    stubFetch(() => redirect('https://['))
    expect(await guardedGet('https://example.com', [])).toEqual({
      outcome: 'refused',
      reason: 'failed',
    })
  })

  it('takes a 3xx without a location for the answer', async () => {
    stubFetch(() => new Response(null, { status: 304 }))
    expect(await guardedGet('https://example.com', [])).toEqual({
      outcome: 'answered',
      status: 304,
      isJson: false,
      body: '',
    })
  })

  it('stops reading a body as soon as it is too long', async () => {
    const chunk = new Uint8Array(16 * 1024)
    let sent = 0
    let cancelled = false
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          sent += chunk.length
          controller.enqueue(chunk)
        },
        cancel() {
          cancelled = true
        },
      })
    stubFetch(() => new Response(endless()))
    expect(await guardedGet('https://example.com', [])).toEqual({
      outcome: 'refused',
      reason: 'size',
    })
    expect(cancelled).toBe(true)
    expect(sent).toBeLessThanOrEqual(limits.outboundBytesMax + 3 * chunk.length)
  })

  it('reads a body of exactly the longest length', async () => {
    stubFetch(() => new Response('a'.repeat(limits.outboundBytesMax)))
    expect(await guardedGet('https://example.com', [])).toMatchObject({ outcome: 'answered' })
    stubFetch(() => new Response('a'.repeat(limits.outboundBytesMax + 1)))
    expect(await guardedGet('https://example.com', [])).toMatchObject({ reason: 'size' })
  })

  it('refuses a body that is not UTF-8', async () => {
    stubFetch(() => new Response(new Uint8Array([0xff, 0xfe])))
    expect(await guardedGet('https://example.com', [])).toMatchObject({ reason: 'failed' })
  })

  it('fails, and does not throw, when nobody answers', async () => {
    stubFetch(() => Promise.reject(new TypeError('network')))
    expect(await guardedGet('https://example.com', [])).toMatchObject({ reason: 'failed' })
  })

  it.each(['the headers', 'the body'])('gives up when %s do not come in time', async (what) => {
    const clock = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(clock.signal)
    stubFetch((_, { signal }) => {
      const ended = (fail: (reason: unknown) => void): void =>
        signal!.addEventListener('abort', () => fail(signal!.reason))
      return what === 'the headers'
        ? new Promise((_resolve, reject) => ended(reject))
        : new Response(new ReadableStream({ start: (c) => ended((reason) => c.error(reason)) }))
    })
    const answer = guardedGet('https://example.com', [])
    await Promise.resolve()
    clock.abort(new DOMException('late', 'TimeoutError'))
    expect(await answer).toEqual({ outcome: 'refused', reason: 'timeout' })
  })
})

describe('a guarded POST', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  const post = (url = 'https://example.com/hook', headers: Record<string, string> = {}) =>
    guardedPost(url, { asks: 'this' }, headers, [])

  it('sends a JSON document with the headers it is given, in the same bounds', async () => {
    let seen: RequestInit = {}
    stubFetch((_, init) => {
      seen = init
      return Response.json({ yes: true })
    })
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    expect(await post('https://example.com/hook', { 'x-key': 'k', accept: 'text/html' })).toEqual({
      outcome: 'answered',
      status: 200,
      isJson: true,
      body: '{"yes":true}',
    })
    expect(seen).toMatchObject({ method: 'POST', redirect: 'manual', body: '{"asks":"this"}' })
    expect(seen.headers).toEqual({
      'x-key': 'k',
      accept: 'application/json',
      'content-type': 'application/json',
    })
    expect(seen.signal).toBe(timeout.mock.results[0]?.value)
    expect(timeout).toHaveBeenCalledExactlyOnceWith(limits.outboundTimeoutMillis)
  })

  it.each([301, 302, 303, 307, 308])('does not follow a redirect of status %d', async (status) => {
    const asked = stubFetch(() => redirect('https://example.com/other', status))
    expect(await post()).toEqual({ outcome: 'refused', reason: 'redirects' })
    expect(asked).toEqual(['https://example.com/hook'])
  })

  it('does not ask an address that is refused', async () => {
    const asked = stubFetch(() => Response.json({}))
    expect(await post('https://10.0.0.1/hook')).toEqual({ outcome: 'refused', reason: 'address' })
    expect(asked).toEqual([])
  })

  it('reads an answer of exactly the longest length, which is not that of a GET', async () => {
    stubFetch(() => new Response('a'.repeat(limits.hookAnswerBytesMax)))
    expect(await post()).toMatchObject({ outcome: 'answered' })
    expect(await guardedGet('https://example.com', [])).toMatchObject({ reason: 'size' })
    stubFetch(() => new Response('a'.repeat(limits.hookAnswerBytesMax + 1)))
    expect(await post()).toMatchObject({ reason: 'size' })
  })

  it.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['APPLICATION/JSON', true],
    ['application/problem+json', true],
    ['text/json', false],
    ['application/jsonp', false],
    ['text/html', false],
    ['', false],
  ])('of an answer of type %s says whether it is JSON', async (type, isJson) => {
    stubFetch(() => new Response('{}', { headers: { 'content-type': type } }))
    expect(await post()).toMatchObject({ outcome: 'answered', isJson })
  })
})

describe('a guarded form', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  const form = (url = 'https://example.com/logout') => guardedForm(url, { a: 'b c&d' }, [])

  it('sends its fields, form-encoded, in the same bounds', async () => {
    let seen: RequestInit = {}
    stubFetch((_, init) => {
      seen = init
      return new Response(null, { status: 204 })
    })
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    expect(await form()).toMatchObject({ outcome: 'answered', status: 204 })
    const request = new Request('https://example.com', seen)
    expect([request.method, request.redirect, await request.text()]).toEqual(['POST', 'manual', 'a=b+c%26d']) // prettier-ignore
    expect(request.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded(;|$)/)
    expect(timeout).toHaveBeenCalledExactlyOnceWith(limits.outboundTimeoutMillis)
  })

  it('does not read the answer, however long it is', async () => {
    let pulled = 0
    let cancelled = false
    const endless = {
      pull: (controller: ReadableStreamDefaultController<Uint8Array>): void => {
        pulled++
        controller.enqueue(new Uint8Array(1024))
      },
      cancel: (): void => {
        cancelled = true
      },
    }
    stubFetch(() => new Response(new ReadableStream(endless)))
    expect(await form()).toMatchObject({ outcome: 'answered', status: 200, body: '' })
    expect([pulled <= 1, cancelled]).toEqual([true, true])
  })

  it('is not sent where it must not be, or on to anywhere else', async () => {
    const asked = stubFetch(() => redirect('https://example.com/other', 307))
    expect(await form('https://10.0.0.1/logout')).toEqual({ outcome: 'refused', reason: 'address' })
    expect(await form()).toEqual({ outcome: 'refused', reason: 'redirects' })
    expect(asked).toEqual(['https://example.com/logout'])
  })
})
