/** What interactions ask of storage, warm, by name and in order: no D1, and one call for a code. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, askForm, COUNTED, databaseTrips, operations, warm } from './counting.ts'
import { anIdxApp, anIdxServer, codeOf, interactFields, PAGE } from './idx-support.ts'
import { aPersonWithPassword, CALLBACK, PASSWORD, pkce, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { listed } from './subject-support.ts'
import type { Json } from './support.ts'

let app: SignInApp
let person: TestPerson
const ids = { org: 'org', custom: '' }
const bases = { org: `${COUNTED}/oauth2`, custom: '' }
const cookies = new Map<string, string>()

beforeAll(async () => {
  app = await anIdxApp()
  person = await aPersonWithPassword()
  ids.custom = (await anIdxServer()).id
  bases.custom = `${COUNTED}/oauth2/${ids.custom}`
})

const kept = (response: Response): Response => {
  for (const text of response.headers.getSetCookie()) {
    const [pair = ''] = text.split('; ')
    cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
  return response
}

const ofPage = (): Record<string, string> => ({
  origin: PAGE,
  cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})

async function idx(call: string, body: Json): Promise<Json> {
  const response = await ask(`${COUNTED}/idp/idx/${call}`, {
    method: 'POST',
    headers: { ...ofPage(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await kept(response).json()) as Json
}

describe.each(['custom', 'org'] as const)('at the %s server', (kind) => {
  it('nothing is asked to begin; who it is, whether it is used up; and a code is redeemed with one call', async () => {
    await warm(ids[kind], app.clientId)
    const { verifier, challenge } = await pkce()
    let begun: Json = {}
    const begin = async (): Promise<void> => {
      const fields = { ...interactFields(app, challenge), prompt: 'login' }
      const response = await askForm(`${bases[kind]}/v1/interact`, fields, ofPage())
      begun = (await kept(response).json()) as Json
    }
    expect(await operations(begin)).toEqual([])
    const { interaction_handle: interactionHandle } = begun
    let document: Json = {}
    const introspect = async (): Promise<void> => {
      document = await idx('introspect', { interactionHandle })
    }
    const seen = await operations(introspect)
    expect(seen.filter((one) => one !== 'SUBJECT.findSession')).toEqual(['LEDGER.has'])
    const { stateHandle } = document
    const credentials = { passcode: PASSWORD }
    const done = await idx('identify', { stateHandle, identifier: person.login, credentials })
    const fields = {
      grant_type: 'interaction_code',
      client_id: app.clientId,
      interaction_code: codeOf(done)!,
      code_verifier: verifier,
      redirect_uri: CALLBACK,
    }
    const redeemed = async (): Promise<void> => {
      expect((await askForm(`${bases[kind]}/v1/token`, fields)).status).toBe(200)
    }
    const trips = await databaseTrips(async () => {
      expect(await operations(redeemed)).toEqual(['SUBJECT.redeem'])
      await listed(person.id)
    })
    expect(trips).toBe(0)
  })

  it('a browser with a session has a code after four calls, and D1 is not asked', async () => {
    await warm(ids[kind], app.clientId)
    const { challenge } = await pkce()
    const response = await askForm(`${bases[kind]}/v1/interact`, interactFields(app, challenge), ofPage()) // prettier-ignore
    const { interaction_handle: interactionHandle } = (await kept(response).json()) as Json
    const introspect = async (): Promise<void> => {
      expect(codeOf(await idx('introspect', { interactionHandle }))).toEqual(expect.any(String))
    }
    const trips = await databaseTrips(async () =>
      expect(await operations(introspect)).toEqual([
        'LEDGER.has',
        'SUBJECT.findSession',
        'LEDGER.enter',
        'SUBJECT.authorize',
      ]),
    )
    expect(trips).toBe(0)
  })
})
