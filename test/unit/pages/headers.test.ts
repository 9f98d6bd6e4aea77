/** The headers of each page, exactly. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formPostPage } from '../../../src/pages/form-post.tsx'
import { postMessagePage } from '../../../src/pages/post-message.tsx'
import { styleOf } from '../../../src/pages/style.ts'
import { pageNames, pageProps, pages, plain, policyOf, type PageName } from '../support/pages.ts'

const hash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const ATLAS = 'https://atlas.example'
const SUBMIT = hash('document.forms[0].submit()')
const SEND = hash(
  "var answer = JSON.parse(document.getElementById('answer').textContent)\n" +
    ';(window.opener || window.parent).postMessage(answer.data, answer.origin)',
)
const LEAVE = hash(
  "setTimeout(() => location.replace(document.getElementById('signed-out-continue').href), 5000)",
)

interface Expected {
  readonly form: string
  readonly script?: string
  readonly frame?: string
  readonly frames?: string
  readonly referrer: 'same-origin' | 'no-referrer'
  readonly opener?: 'same-origin'
}

const TABLE: Readonly<Record<PageName, Expected>> = {
  signIn: { form: "'self' https:", referrer: 'same-origin' },
  newPassword: { form: "'self' https:", referrer: 'same-origin' },
  consent: { form: "'self' https:", referrer: 'same-origin' },
  authorizationError: { form: "'none'", referrer: 'no-referrer' },
  signOutQuestion: { form: "'self' https:", referrer: 'same-origin', opener: 'same-origin' },
  signedOut: { form: "'none'", referrer: 'no-referrer', opener: 'same-origin' },
  signedOutOfApps: {
    form: "'none'",
    frames: ATLAS,
    script: LEAVE,
    referrer: 'no-referrer',
    opener: 'same-origin',
  },
  signedIn: { form: "'self'", referrer: 'same-origin', opener: 'same-origin' },
  formPost: { form: 'https:', script: SUBMIT, referrer: 'no-referrer' },
  oktaPostMessage: { form: "'none'", script: SEND, frame: ATLAS, referrer: 'no-referrer' },
  message: { form: "'none'", referrer: 'no-referrer' },
}

describe.each(pageNames)('%s', (name) => {
  const { form, script, frame, frames, referrer, opener } = TABLE[name]

  it('has exactly the policy that it needs', async () => {
    const page = await pages[name](plain)
    expect(page.headers.get('content-security-policy')).toBe(
      [
        "default-src 'none'",
        `style-src ${hash(styleOf(null))}`,
        ...(script === undefined ? [] : [`script-src ${script}`]),
        `img-src ${ATLAS}`,
        ...(frames === undefined ? [] : [`frame-src ${frames}`]),
        `form-action ${form}`,
        `frame-ancestors ${frame ?? "'none'"}`,
        "base-uri 'none'",
      ].join('; '),
    )
  })

  it('is kept nowhere, read as what it is, and tells other sites nothing', async () => {
    const { headers } = await pages[name](plain)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe(referrer)
    expect(headers.get('permissions-policy')).toContain('camera=()')
    expect(headers.get('x-frame-options')).toBe(frame === undefined ? 'DENY' : null)
    expect(headers.get('cross-origin-opener-policy')).toBe(opener ?? null)
  })

  it('holds the style and the scripts that the policy knows, and no other that runs', async () => {
    const html = await (await pages[name](plain)).text()
    const styles = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text]) => hash(text!))
    expect(styles).toEqual([hash(styleOf(null))])
    const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text]) => hash(text!))
    expect(scripts).toEqual(script === undefined ? [] : [script])
  })
})

describe('where a form may lead', () => {
  it.each([
    ['https://app.example:8443/cb?x=1', 'https:'],
    ['http://localhost:3000/cb', 'http: https:'],
    ['http://[::1]:3000/cb', 'http: https:'],
    ['com.example.app:/callback', 'com.example.app:'],
  ])('%s, and wherever an app there leads next, is allowed as %s', async (redirectUri, source) => {
    const form = await formPostPage({
      ...pageProps(plain),
      redirectUri,
      parameters: {},
      app: null,
    })
    expect(policyOf(form).get('form-action')).toBe(source)
    const signIn = await pages.signIn({ ...plain, redirectUri })
    expect(policyOf(signIn).get('form-action')).toBe(`'self' ${source}`)
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'not a uri'])(
    '%s is not: the policy stays with ourselves, and no form is made for it',
    async (redirectUri) => {
      const signIn = await pages.signIn({ ...plain, redirectUri })
      expect(policyOf(signIn).get('form-action')).toBe("'self'")
      expect(() =>
        formPostPage({ ...pageProps(plain), redirectUri, parameters: {}, app: null }),
      ).toThrow(RangeError)
    },
  )
})

describe('who may frame the page of a message', () => {
  const made = (origin: string) => postMessagePage({ ...pageProps(plain), origin, parameters: {} })

  it('the origin that the message goes to', async () => {
    const page = await made('https://app.example:8443')
    expect(policyOf(page).get('frame-ancestors')).toBe('https://app.example:8443')
    expect(await page.text()).toContain('"origin":"https://app.example:8443"')
  })

  it('nobody where a policy cannot name the origin', async () => {
    const page = await made('http://[::1]:3000')
    expect(policyOf(page).get('frame-ancestors')).toBe("'none'")
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(await page.text()).toContain('"origin":"http://[::1]:3000"')
  })

  it('nobody where the redirect URI has none, so that the message reaches nobody', async () => {
    const page = await made('null')
    expect(policyOf(page).get('frame-ancestors')).toBe("'none'")
    expect(await page.text()).toContain('"origin":"null"')
  })
})
