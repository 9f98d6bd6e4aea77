/** Logins that look like somebody else's: whoever has one is that person, or has an account of their own. */
import { beforeAll, describe, expect, it } from 'vitest'
import { authn } from './session-support.ts'
import { aPersonWithPassword, PASSWORD } from './sign-in-support.ts'
import { answered, api, made, unique, type Json } from './support.ts'
import { aProfile, USERS } from './user-support.ts'

const OTHER_PASSWORD = 'Battery-Staple-9-correct'

let name = ''
let person: string

beforeAll(async () => {
  name = unique('anna')
  person = (await aPersonWithPassword({ login: `${name}@people.example` })).id
})

/** Who signs in, or what that is refused with. */
async function signsIn(username: string, password: string): Promise<string> {
  const [status, body] = await answered(await authn({ username, password }))
  return status === 200 ? body['_embedded']['user']['id'] : body['errorCode']
}

const refusal = async (profile: Json): Promise<string> => {
  const [status, body] = await answered(await api('POST', USERS, { profile: aProfile(profile) }))
  return `${status} ${body['errorCauses']?.[0]?.['errorSummary']}`
}

describe('a login', () => {
  it.each<[string, (name: string) => string]>([
    ['a Cyrillic letter', (one) => `${one.replace('a', '\u0430')}@people.example`],
    ['a Cyrillic letter in the domain', (one) => `${one}@p\u0435ople.example`],
    ['a domain in Punycode', (one) => `${one}@xn--pople-bsa.example`],
    ['a full-width ＠ before the other', (one) => `${one}\uff20people.example@people.example`],
  ])('with %s is that of somebody else, whose password opens nothing but their own', async (_, from) => {
    const login = from(name)
    const credentials = { password: { value: OTHER_PASSWORD } }
    const body = { profile: aProfile({ login }), credentials }
    const { id, profile } = await made(200, 'POST', USERS, body)
    expect([id === person, profile['login']]).toEqual([false, login])
    expect(await signsIn(login, OTHER_PASSWORD)).toBe(id)
    expect(await signsIn(login, PASSWORD)).toBe('E0000004')
    expect(await signsIn(`${name}@people.example`, OTHER_PASSWORD)).toBe('E0000004')
    expect((await made(200, 'GET', `${USERS}/${encodeURIComponent(login)}`))['id']).toBe(id)
  }) // prettier-ignore

  it.each<[string, (name: string) => string]>([
    ['an accent', (one) => `${one.replace('a', 'á')}@people.example`],
    ['an accent in the domain', (one) => `${one}@péople.example`],
    ['full-width letters', (one) => `${one}@\uff50eople.example`],
    ['a full-width full stop', (one) => `${one}@people\uff0eexample`],
    ['a mark that nobody sees', (one) => `${one}\ufe0f@people.example`],
  ])('with %s is the same login, which nobody else can take', async (_, from) => {
    const login = from(name)
    expect(await refusal({ login })).toBe(
      '400 login: An object with this field already exists in the current organization',
    )
    expect(await signsIn(login, PASSWORD)).toBe(person)
  })

  it.each([
    ['a full-width ＠ alone', '\uff20people.example'],
    ['a space of no width', '@people.example\u200b'],
    ['a soft hyphen', '\u00ad@people.example'],
  ])('with %s is none, and no address either', async (_, rest) => {
    const sentence = 'must be in the form of an email address'
    expect(await refusal({ login: name + rest })).toBe(`400 login: ${sentence}`)
    expect(await refusal({ email: name + rest })).toBe(`400 email: ${sentence}`)
  })
})
