/** What an app may register to learn of logouts, and what is refused. */
import { describe, expect, it } from 'vitest'
import { anApp, APPS, aWebApp, create, refusal } from './app-support.ts'
import { made } from './support.ts'

const BACK = 'backchannel_logout_uri'
const FRONT = 'frontchannel_logout_uri'
const NATIVE = { application_type: 'native' }

describe('[OIDC-Back-Channel-2.2] backchannel_logout_uri', () => {
  it('is kept and shown, with whether the session must be named, until a replacement leaves it out', async () => {
    const settings = { [BACK]: 'https://rp.example/logout?of=org', backchannel_logout_session_required: true } // prettier-ignore
    const app = await create(aWebApp(settings))
    expect(app['settings']['oauthClient']).toMatchObject(settings)
    const path = `${APPS}/${app['id']}`
    expect((await made(200, 'GET', path))['settings']['oauthClient']).toMatchObject(settings)
    const without = await made(200, 'PUT', path, aWebApp())
    expect(without['settings']['oauthClient']).not.toHaveProperty(BACK)
  })

  it.each([
    'https://app.example/logout#now',
    'https://app.example/#',
    'https://somebody@app.example/logout',
    'https://:secret@app.example/logout',
    'http://app.example/logout',
    'https://127.0.0.1/logout',
    'https://localhost/logout',
    'https://10.0.0.7/logout',
    'https://[::1]/logout',
    'https://app.example:22/logout',
    'https://intranet/logout',
    '/logout',
    'app.example/logout',
    'com.example.app:/logout',
    'javascript:alert(1)',
    `https://app.example/${'x'.repeat(1024)}`,
    7,
  ])('is an absolute https URI without a fragment that may be asked: not %j', async (uri) => {
    expect(await refusal('POST', APPS, aWebApp({ [BACK]: uri }))).toContain(BACK)
    const { id } = await create(aWebApp())
    expect(await refusal('PUT', `${APPS}/${id}`, aWebApp({ [BACK]: uri }))).toContain(BACK)
  })
})

describe('[OIDC-Front-Channel-2] frontchannel_logout_uri', () => {
  it.each(['https://app.example/out', 'https://app.example/out?a=b', 'https://app.example'])(
    'has the origin of a redirect URI: %s',
    async (uri) => {
      const app = await create(aWebApp({ [FRONT]: uri }))
      expect(app['settings']['oauthClient'][FRONT]).toBe(uri)
    },
  )

  it.each([
    'https://other.example/out',
    'http://app.example/out',
    'https://app.example:8443/out',
    'https://app.example.evil.example/out',
    'https://app.example/out#now',
    'https://somebody@app.example/out',
    'com.example.app:/out',
    'javascript:alert(1)',
    '/out',
  ])('is refused otherwise: %s', async (uri) => {
    expect(await refusal('POST', APPS, aWebApp({ [FRONT]: uri }))).toContain(FRONT)
  })

  it('of one machine may be plain http, as its redirect URI is', async () => {
    const redirect_uris = ['http://localhost:3000/callback']
    await create(aWebApp({ redirect_uris, [FRONT]: 'http://localhost:3000/out' }))
  })
})

describe('participate_slo', () => {
  const told = { [FRONT]: 'https://app.example/out', participate_slo: true }

  it('needs an address, and an app that runs in a browser', async () => {
    await create(aWebApp(told))
    await create(aWebApp({ ...told, application_type: 'browser' }))
    await create(aWebApp({ ...told, ...NATIVE, participate_slo: false }))
    expect(await refusal('POST', APPS, aWebApp({ participate_slo: true }))).toContain(FRONT)
    expect(await refusal('POST', APPS, aWebApp({ ...told, ...NATIVE }))).toContain('web')
    expect(await refusal('POST', APPS, anApp({ participate_slo: true }))).toContain('browser')
  })
})
