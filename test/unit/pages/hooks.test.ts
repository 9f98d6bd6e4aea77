/** What people, scripts of browsers and readers of the screen find on each page. */
import { describe, expect, it } from 'vitest'
import { presentedApp } from '../../../src/pages/branding.ts'
import { consentPage } from '../../../src/pages/consent.tsx'
import { english } from '../../../src/pages/english.ts'
import { german } from '../../../src/pages/german.ts'
import { messagePage } from '../../../src/pages/message.tsx'
import { newPasswordPage } from '../../../src/pages/new-password.tsx'
import { type SignInError, signInPage } from '../../../src/pages/sign-in.tsx'
import { aClient } from '../support/builders.ts'
import { appOf, markupOf, pageNames, pageProps, pages, plain } from '../support/pages.ts'

const props = pageProps(plain)
const textOf = async (page: Promise<Response>): Promise<string> => (await page).text()

describe.each(pageNames)('%s', (name) => {
  it('is one document with a language, a title, landmarks and one heading of the first level', async () => {
    const html = await textOf(pages[name](plain))
    expect(html.startsWith('<!doctype html><html lang="en" dir="ltr">')).toBe(true)
    const { skeleton } = markupOf(html)
    const count = (tag: string) => skeleton.filter((one) => one.split(' ')[0] === tag).length
    expect(['title', 'header', 'main', 'footer', 'h1'].map(count)).toEqual([1, 1, 1, 1, 1])
  })

  it('speaks the language that it was given', async () => {
    const html = await textOf(
      messagePage({ ...props, messages: german, message: 'EXPIRED', startUri: null }),
    )
    expect(html).toContain('<html lang="de" dir="ltr">')
    expect(html).toContain(german.expiredTitle)
  })

  it('uses each id once', async () => {
    const { attributes } = markupOf(await textOf(pages[name](plain)))
    const ids = attributes.flatMap(([key, value]) => (key.endsWith(' id') ? [value] : []))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

it('an app is presented as its client was registered', () => {
  const client = aClient({ label: 'Atlas' })
  const { uri: logoUri } = plain
  expect(presentedApp({ ...client, flows: { ...client.flows, logoUri } })).toEqual({
    label: 'Atlas',
    logoUri,
    clientUri: null,
    tosUri: null,
    policyUri: null,
  })
})

describe('choosing a new password', () => {
  const made = (more: Partial<Parameters<typeof newPasswordPage>[0]> = {}) =>
    newPasswordPage({
      ...props,
      action: '/signin/password',
      fields: { transaction: 'trx.1', proof: 'prf.1' },
      reason: 'EXPIRED',
      question: null,
      login: 'ada@example.com',
      app: null,
      error: null,
      redirectUri: null,
      ...more,
    })

  it('has its hooks, and tells what keeps passwords whose it is', async () => {
    const response = await made()
    expect(response.status).toBe(200)
    const html = await response.text()
    expect(html).toContain('<form method="post" action="/signin/password">')
    expect(html).toContain('<input type="hidden" name="transaction" value="trx.1"/>')
    expect(html).toContain('<input type="hidden" name="proof" value="prf.1"/>')
    expect(html).toMatch(/<input[^>]* autocomplete="username" value="ada@example.com"[^>]* hidden/)
    for (const name of ['newPassword', 'confirmPassword'])
      expect(html).toMatch(
        new RegExp(
          `<input id="${name}" name="${name}" type="password" autocomplete="new-password"`,
        ),
      )
    expect(html).toMatch(/<button[^>]* id="password-submit">/)
    expect(html).toContain(english.ruleMinLength)
    expect(html).not.toMatch(/<input[^>]*aria-invalid/)
  })

  it.each([
    ['newPassword', ['number', 'wellFormed'], `${english.ruleNumber}, ${english.ruleWellFormed}.`, 400], // prettier-ignore
    ['confirmPassword', 'DIFFERENT', english.passwordsDiffer, 400],
    ['answer', 'ANSWER', english.answerWrong, 403],
  ] as const)('says what is wrong with %s, and where', async (name, error, text, status) => {
    const response = await made({ error, question: 'Which horse?' })
    expect(response.status).toBe(status)
    const html = await response.text()
    expect(html).toMatch(/<div class="alert" role="alert" id="password-error">/)
    expect(html).toContain(text)
    expect(html.match(/<input[^>]*aria-invalid="true"[^>]*>/g)).toEqual([
      expect.stringContaining(`name="${name}"`),
    ])
  })
})

describe('choosing a password that was forgotten, or was never there', () => {
  const made = (more: Partial<Parameters<typeof newPasswordPage>[0]>) =>
    newPasswordPage({
      ...props,
      action: '/signin/reset-password',
      fields: {},
      reason: 'RECOVERY',
      question: null,
      login: 'ada@example.com',
      app: null,
      error: null,
      redirectUri: null,
      ...more,
    })

  it('asks the question first, as it was written', async () => {
    const html = await (await made({ question: 'Who <b>' })).text()
    expect(html).toContain('<label for="answer">Who &lt;b&gt;</label>')
    expect(html).toMatch(/<input id="answer" name="answer" type="text" autocomplete="off"[^>]* autofocus/) // prettier-ignore
    expect(html.match(/autofocus/g)).toHaveLength(1)
    expect(await (await made({})).text()).not.toContain('name="answer"')
  })

  it('says nothing of an old password where there was none', async () => {
    expect(await (await made({})).text()).toContain(english.ruleDiffers)
    const first = await (await made({ reason: 'ACTIVATION' })).text()
    expect(first).toContain(`<h1>${english.activationTitle}</h1>`)
    expect(first).not.toContain(english.ruleDiffers)
  })

  it('is put off after too many attempts, without a field that was wrong', async () => {
    const response = await made({ error: 'TOO_MANY_ATTEMPTS' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([
      429,
      expect.any(String),
    ])
    const html = await response.text()
    expect(html).toContain(english.tooManyAttempts)
    expect(html).not.toMatch(/<input[^>]*aria-invalid/)
  })
})

describe('signing in', () => {
  const made = (more: Partial<Parameters<typeof signInPage>[0]> = {}) =>
    signInPage({
      ...props,
      action: '/signin',
      transaction: 'trx.1',
      identifier: null,
      app: appOf(plain),
      error: null,
      redirectUri: null,
      ...more,
    })

  it('has its hooks', async () => {
    const html = await textOf(made({ identifier: 'ada@example.com' }))
    expect(html).toContain('<form method="post" action="/signin">')
    expect(html).toContain('<input type="hidden" name="transaction" value="trx.1"/>')
    expect(html).toMatch(/<input[^>]* name="identifier"[^>]* autocomplete="username"/)
    expect(html).toMatch(/<input[^>]* name="identifier"[^>]* value="ada@example.com"/)
    expect(html).toMatch(/<input[^>]* name="password"[^>]* autocomplete="current-password"/)
    expect(html).toMatch(/<button[^>]* id="signin-submit">Sign in<\/button>/)
    expect(html).toContain('<label for="identifier">')
    expect(html).toContain('<label for="password">')
  })

  it('names the app, with its logo and where its terms, its policy and help are', async () => {
    const html = await textOf(made())
    expect(html).toContain('<bdi>Atlas</bdi>')
    expect(html).toContain('<img src="https://atlas.example/about" alt=""')
    for (const text of [english.terms, english.privacy, english.help])
      expect(html).toMatch(new RegExp(`<a href="https://atlas.example/about"[^>]*>${text}</a>`))
  })

  it('links to nothing that there is not', async () => {
    const nothing = { logoUri: null, clientUri: null, tosUri: null, policyUri: null }
    const html = await textOf(
      made({
        app: { label: 'Atlas', ...nothing },
        branding: { orgName: 'Org', accentColor: null, logoUri: null, helpUri: null },
      }),
    )
    expect(html).not.toMatch(/<(a|img|footer)\b/)
  })

  it('begins at the first field that is empty', async () => {
    const focused = /<input id="(\w+)"[^>]*autofocus/g
    const at = async (identifier: string | null) =>
      [...(await textOf(made({ identifier }))).matchAll(focused)].map(([, id]) => id)
    expect(await at(null)).toEqual(['identifier'])
    expect(await at('')).toEqual(['identifier'])
    expect(await at('ada')).toEqual(['password'])
  })

  it.each<[SignInError, number, string]>([
    ['CREDENTIALS', 403, english.wrongCredentials],
    ['PASSWORD_EXPIRED', 403, english.passwordExpired],
    ['TOO_MANY_ATTEMPTS', 429, english.tooManyAttempts],
    ['SIGN_IN_ENDED', 403, english.signInEnded],
  ])('after %s answers %i and ties the sentence to both fields', async (error, status, text) => {
    const page = await made({ error, retryAfterSeconds: 60 })
    expect(page.status).toBe(status)
    expect(page.headers.get('retry-after')).toBe(status === 429 ? '60' : null)
    const html = await page.text()
    expect(html).toMatch(/<div class="alert" role="alert" id="signin-error">/)
    expect(html).toContain(`<span>${text}</span>`)
    expect(html.match(/aria-describedby="signin-error"/g)).toHaveLength(2)
  })

  it('says nothing of errors before there was one', async () => {
    const page = await made()
    expect(page.status).toBe(200)
    const { attributes } = markupOf(await page.text())
    const said = attributes.filter(([key]) => /aria-(describedby|invalid)$| role$/.test(key))
    expect(said).toEqual([])
  })
})

describe('consent', () => {
  const scope = { displayName: null, description: null }

  it('has its hooks, and the refusal is what Enter means', async () => {
    const html = await textOf(pages.consent(plain))
    expect(html).toContain('<form method="post" action="/consent">')
    expect(html).toContain('<input type="hidden" name="transaction" value="Atlas"/>')
    expect(html).toMatch(/id="consent-allow" name="decision" value="allow"/)
    expect(html).toMatch(/id="consent-deny" name="decision" value="deny"/)
    expect(html.indexOf('consent-deny')).toBeLessThan(html.indexOf('consent-allow'))
  })

  it('lets people leave out what is optional and nothing else', async () => {
    const html = await textOf(
      consentPage({
        ...props,
        action: '/consent',
        transaction: 't',
        app: appOf(plain),
        user: { name: 'Ada', login: 'ada@example.com' },
        scopes: [
          { ...scope, name: 'must', optional: false },
          { ...scope, name: 'may', optional: true },
        ],
        redirectUri: null,
      }),
    )
    expect([...html.matchAll(/<input type="checkbox"[^>]*>/g)].map(([tag]) => tag)).toEqual([
      '<input type="checkbox" name="scope" value="may" checked=""/>',
    ])
    expect(html).toContain('<bdi>must</bdi>')
    expect(html).toContain('<bdi>ada@example.com</bdi>')
  })
})

describe('an error that stays here', () => {
  it('answers 400 and says code, parameter, reason and request in #oauth-error', async () => {
    const page = await pages.authorizationError(plain)
    expect(page.status).toBe(400)
    const details = /<dl[^>]* id="oauth-error">([^]*?)<\/dl>/.exec(await page.text())![1]!
    expect([...details.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, term]) => term)).toEqual([
      english.errorDescription,
      english.errorCode,
      english.errorParameter,
      english.requestId,
    ])
    expect(details).not.toContain('<a')
  })
})

describe('leaving', () => {
  it('is asked by a form with a button', async () => {
    const html = await textOf(pages.signOutQuestion(plain))
    expect(html).toMatch(/<form method="post" action="\/oauth2\/v1\/logout">/)
    expect(html).toMatch(/<button[^>]* type="submit" id="logout-confirm">/)
  })

  it('is told when it is done', async () => {
    const html = await textOf(pages.signedOut(plain))
    expect(html).toMatch(/id="signed-out">[^]*You are signed out/)
  })

  it('is offered to somebody who signed in without an app', async () => {
    const html = await textOf(pages.signedIn(plain))
    expect(html).toMatch(/<form method="post" action="\/signout">/)
    expect(html).toMatch(/<button[^>]* id="signout-submit">Sign out<\/button>/)
    expect(html).toContain('<h1>Hello, <bdi>Atlas</bdi></h1><p class="lead"><bdi>Atlas</bdi></p>')
  })
})

describe('[form-post-2] an answer by form', () => {
  it('is posted to the redirect URI as it was registered, with a button for who has no script', async () => {
    const redirectUri = 'https://atlas.example/cb?foo=bar&x=1'
    const html = await textOf(pages.formPost({ ...plain, redirectUri }))
    const { attributes } = markupOf(html)
    expect(attributes).toContainEqual(['form action', redirectUri])
    expect(attributes).toContainEqual(['form method', 'post'])
    expect(html).toMatch(/<button class="button main shortly" type="submit">Continue<\/button>/)
  })
})

describe('messages', () => {
  it.each([
    ['EXPIRED', 400, 'This page has expired'],
    ['TRY_AGAIN_LATER', 503, 'Try again later'],
  ] as const)('%s answers %i', async (message, status, title) => {
    const page = await messagePage({ ...props, message, retryAfterSeconds: 7, startUri: null })
    expect(page.status).toBe(status)
    expect(page.headers.get('retry-after')).toBe('7')
    const html = await page.text()
    expect(html).toContain(`<h1>${title}</h1>`)
    expect(html).not.toContain('class="stack"')
  })

  it('are silent about when, where nobody knows', async () => {
    const page = await messagePage({ ...props, message: 'EXPIRED', startUri: '/signin' })
    expect(page.headers.has('retry-after')).toBe(false)
    expect(await page.text()).toContain('<a class="button" href="/signin">Start again</a>')
  })
})
