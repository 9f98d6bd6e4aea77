/** What the log repeats of what was typed at a sign-in that failed, at every door that tells of one. */
import { beforeAll, describe, expect, it } from 'vitest'
import { Browser, hiddenInputs } from './browser.ts'
import { anIdxApp, begun, identified } from './idx-support.ts'
import { logEvents } from './log-support.ts'
import { authn } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  PASSWORD,
  type SignInApp,
} from './sign-in-support.ts'
import { unique, type Json } from './support.ts'

let app: SignInApp
let idxApp: SignInApp

beforeAll(async () => {
  app = await aSignInApp()
  idxApp = await anIdxApp()
})

async function atPage(identifier: string): Promise<void> {
  const browser = new Browser()
  const { html } = await browser.get(authorizeUrl(ORG_BASE, app))
  await browser.post('/signin', { ...hiddenInputs(html), identifier, password: 'wrong' })
}

const DOORS: readonly (readonly [string, (typed: string) => Promise<unknown>])[] = [
  ['the page', atPage],
  ['/api/v1/authn', (username) => authn({ username, password: 'wrong' })],
  ['the widget', async (login) => identified(await begun(ORG_BASE, idxApp), { login }, 'wrong')],
]

const failures = (): Promise<readonly Json[]> =>
  logEvents('eventType eq "user.session.start" and outcome.result eq "FAILURE"')

describe.each(DOORS)('a failed sign-in at %s', (_, typedAt) => {
  it('is told with what was typed where it finds somebody, however it is written', async () => {
    const login = `${unique('ada')}@localhost`
    await aPersonWithPassword({ login })
    for (const typed of [login, login.toUpperCase(), login.replace('@', '\uff20')]) {
      await typedAt(typed)
      expect((await failures()).at(-1)).toMatchObject({
        actor: { id: 'unknown', alternateId: typed },
      })
    }
  })

  it('is told with an address that nobody has', async () => {
    const login = `${unique('nobody')}@people.example`
    await typedAt(login)
    const named = { id: 'unknown', alternateId: login, displayName: login }
    expect((await failures()).at(-1)).toMatchObject({ actor: named })
  })

  it.each([
    ['a password', PASSWORD],
    ['a password with an @', 'P@ssw0rd-of-somebody'],
    ['a token', `eyJhbGciOiJSUzI1NiJ9.${'Ab1'.repeat(20)}.${'Cd2'.repeat(20)}`],
    ['a login with something behind it', `ada@people.example ${PASSWORD}`],
    ['what is too long for a login', `${'a'.repeat(100)}@people.example`],
  ])('is told without %s in the place of the login', async (_, typed) => {
    const before = (await failures()).length
    await typedAt(typed)
    const after = await failures()
    expect(after).toHaveLength(before + 1)
    expect(JSON.stringify(after.at(-1))).not.toContain(typed.slice(0, 20))
    const unnamed = { id: 'unknown', alternateId: 'unknown', displayName: 'unknown' }
    expect(after.at(-1)).toMatchObject({ actor: unnamed })
    expect(after.at(-1)!['target'][0]).toMatchObject(unnamed)
  })
})
