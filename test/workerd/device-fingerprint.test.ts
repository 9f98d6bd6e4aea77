/** The frame that tells a trusted page a name for its browser, and what the log makes of the name. */
import { beforeAll, describe, expect, it } from 'vitest'
import { logEvents } from './log-support.ts'
import { authn, aTrustedOrigin } from './session-support.ts'
import { aPersonWithPassword, PASSWORD } from './sign-in-support.ts'
import { answered, send } from './support.ts'

const PATH = '/auth/services/devicefingerprint'

let page = ''

beforeAll(async () => {
  page = await aTrustedOrigin('CORS')
})

const framedBy = (referer?: string): Promise<Response> =>
  send(PATH, { headers: referer === undefined ? {} : { referer } })

describe('the page', () => {
  it.each(['', '/', '/signin?next=1'])('is for frames of a trusted page (%s)', async (path) => {
    const { status, headers } = await framedBy(`${page}${path}`)
    expect(status).toBe(200)
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${page};`)
    expect(headers.get('x-frame-options')).toBeNull()
    expect(headers.getSetCookie()).toEqual([])
  })

  it.each([
    ['nobody', async () => undefined],
    ['another origin', async () => 'https://evil.example/'],
    ['what is no address', async () => 'x'],
    ['an address that only begins like it', async () => `${page}.evil.example/`],
    ['an origin that is trusted with redirects alone', async () => aTrustedOrigin('REDIRECT')],
  ])('is refused to frames of %s', async (_, referer) => {
    const response = await framedBy(await referer())
    const [status, { errorCode }] = await answered(response)
    expect([status, errorCode]).toEqual([403, 'E0000006'])
  })
})

describe('the log', () => {
  const told = async (fingerprint: string): Promise<unknown> => {
    const { id, login } = await aPersonWithPassword()
    const response = await authn(
      { username: login, password: PASSWORD },
      { 'x-device-fingerprint': fingerprint },
    )
    expect(response.status).toBe(200)
    const filter = `eventType eq "user.authentication.verify" and actor.id eq "${id}"`
    const [event] = await logEvents(filter)
    return event?.['debugContext']['debugData']['deviceFingerprint']
  }

  it.each(['0123456789abcdef', 'x'.repeat(128)])('has the name as it is (%s)', async (name) => {
    expect(await told(name)).toBe(name)
  })

  it.each(['', 'x'.repeat(129), 'two words', 'a\tb'])(
    'has none that is no name (%s)',
    async (name) => {
      expect(await told(name)).toBeUndefined()
    },
  )
})
