/** What a page of an app gets of a session that it did not ask for: what the person gave the app before, and no more. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Browser } from './browser.ts'
import { anIdxApp, anIdxServer, begun, codeOf, identified, introspected, Page, remediationsOf } from './idx-support.ts' // prettier-ignore
import { aSignedInBrowser } from './session-support.ts'
import { aPersonWithPassword, type SignInApp, type TestPerson } from './sign-in-support.ts'
import { made, type Json } from './support.ts'
import { USERS } from './user-support.ts'

const PAYS = { scope: 'openid pay' }

let app: SignInApp
let base: string
let person: TestPerson

beforeAll(async () => {
  app = await anIdxApp({ consent_method: 'REQUIRED' })
  base = (await anIdxServer({}, [{ name: 'free' }, { name: 'pay', consent: 'REQUIRED' }])).issuer
})

beforeEach(async () => {
  person = await aPersonWithPassword()
})

const page = async (): Promise<Page> => new Page((await aSignedInBrowser(person)).browser)

const grants = (): Promise<Json> => made(200, 'GET', `${USERS}/${person.id}/grants`)

describe('a page of an app in the browser of somebody who is signed in', () => {
  it('goes on where nobody has to be asked, and learns no more of them than the scopes say', async () => {
    const document = await introspected(await begun(base, app, { scope: 'openid free' }, await page())) // prettier-ignore
    expect(codeOf(document)).toEqual(expect.any(String))
    expect(document['user']['value']).toEqual({ id: person.id })
  })

  it('is not told who it is, nor asked in their place, where somebody has to consent', async () => {
    const asking = await begun(base, app, PAYS, await page())
    const document = await introspected(asking)
    expect([remediationsOf(document), document['user']]).toEqual([['identify'], undefined])
    const { stateHandle } = document
    const [status] = await asking.page.idx('consent', { stateHandle, consent: true })
    expect([status, await grants()]).toEqual([403, []])
  })

  it('has nothing of a sign-in elsewhere either, though it came while the page waited', async () => {
    const waiting = await begun(base, app, PAYS, new Page(new Browser()))
    const { browser } = waiting.page
    await introspected(waiting)
    const elsewhere = await begun(base, app, { ...PAYS, prompt: 'login' }, new Page(browser))
    const [, consent] = await identified(elsewhere, person)
    expect(remediationsOf(consent)).toEqual(['consent'])
    expect(remediationsOf(await introspected(waiting))).toEqual(['identify'])
  })

  it('asks whoever signs in there, and finds them again when it is loaded once more', async () => {
    const asking = await begun(base, app, PAYS, await page())
    const [, consent] = await identified(asking, person)
    const again = await introspected(asking)
    for (const document of [consent, again]) {
      expect(remediationsOf(document)).toEqual(['consent'])
      expect(document['user']['value']['id']).toBe(person.id)
    }
    const { stateHandle } = again
    const [, done] = await asking.page.idx('consent', { stateHandle, consent: true })
    expect(codeOf(done)).toEqual(expect.any(String))
    const silent = await introspected(await begun(base, app, PAYS, asking.page))
    expect(codeOf(silent)).toEqual(expect.any(String))
  })
})
