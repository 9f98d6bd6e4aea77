/** Users through the management API: create, read, change, list. */
import { describe, expect, it } from 'vitest'
import { answered, api, made, ORIGIN, unique, type Json } from './support.ts'
import { aProfile, aUser, USERS } from './user-support.ts'

const causes = async (response: Response): Promise<readonly string[]> => {
  const error = (await response.json()) as Json
  return [error['errorCode'], ...error['errorCauses'].map((one: Json) => one['errorSummary'])]
}

const sendWith = (path: string, method: string, headers: Record<string, string>, body?: unknown) =>
  api(method, path, body, undefined, headers)

describe('creating a user', () => {
  it('answers 200 with the user as Okta shows one', async () => {
    const profile = aProfile({ mobilePhone: '555-415-1337', department: 'Engineering' })
    const user = await made(200, 'POST', USERS, { profile })
    expect(Object.keys(user)).toEqual([
      'id',
      'status',
      'created',
      'activated',
      'statusChanged',
      'lastLogin',
      'lastUpdated',
      'passwordChanged',
      'type',
      'profile',
      'credentials',
      '_links',
    ])
    expect(user['id']).toMatch(/^00u\w{17}$/)
    expect(user).toMatchObject({
      status: 'PROVISIONED',
      lastLogin: null,
      passwordChanged: null,
      credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
    })
    expect(Object.keys(user['profile'])).toEqual(
      ['firstName', 'lastName', 'mobilePhone', 'secondEmail', 'login', 'email', 'department'], // prettier-ignore
    )
    expect(user['profile']).toEqual({ ...profile, secondEmail: null })
    expect(user['created']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
    expect(user['_links']['self']).toEqual({ href: `${ORIGIN}${USERS}/${user['id']}` })
    expect(user['_links']['reactivate']).toEqual({
      href: `${ORIGIN}${USERS}/${user['id']}/lifecycle/reactivate`,
      method: 'POST',
    })
  })

  it('leaves the user staged when it is not to activate', async () => {
    const user = await aUser({}, {}, '?activate=false&provider=true')
    expect(user).toMatchObject({ status: 'STAGED', activated: null, statusChanged: null })
    expect(Object.keys(user['_links'])).toContain('activate')
  })

  it('refuses a password change at the next sign-in without a password, or without activation', async () => {
    const body = { profile: aProfile() }
    const refused = async (query: string) =>
      (await causes(await api('POST', USERS + query, body)))[0]
    expect(await refused('?nextLogin=changePassword')).toBe('E0000124')
    expect(await refused('?nextLogin=changePassword&activate=false')).toBe('E0000125')
    expect(await refused('?nextLogin=other')).toBe('E0000001')
    expect(await refused('?activate=perhaps')).toBe('E0000001')
  })

  it('refuses groups that are none, and makes nobody', async () => {
    const profile = aProfile()
    const response = await api('POST', USERS, { profile, groupIds: ['00gunknown'] })
    expect((await answered(response))[1]['errorCode']).toBe('E0000007')
    expect((await api('GET', `${USERS}/${profile['login']}`)).status).toBe(404)
  })

  it('names everything that is wrong with a profile', async () => {
    const bad = {
      profile: { firstName: '', lastName: 'x'.repeat(51), email: 'a b@c', login: 'a@b' },
    }
    expect(await causes(await api('POST', USERS, bad))).toEqual([
      'E0000001',
      'firstName: The field cannot be left blank',
      'lastName: must have at most 50 characters',
      'login: must have at least 5 characters',
      'email: must be in the form of an email address',
    ])
  })

  it.each([
    ['no body', undefined],
    ['no profile', {}],
    ['a profile that is no object', { profile: [] }],
    ['a number as a name', { profile: aProfile({ firstName: 5 }) }],
    [
      'a text that is too long for any profile',
      { profile: aProfile({ title: 'x'.repeat(40_000) }) },
    ],
    ['broken text', { profile: aProfile({ title: '\ud800' }) }],
    ['too many groups', { profile: aProfile(), groupIds: Array.from({ length: 21 }, () => 'x') }],
  ])('refuses %s', async (_, body) => {
    expect((await causes(await api('POST', USERS, body)))[0]).toBe('E0000001')
  })

  it('refuses what is no attribute, in words that clients know', async () => {
    const response = await api('POST', USERS, { profile: aProfile({ shoeSize: 43 }) })
    const [status, error] = await answered(response)
    expect(status).toBe(400)
    expect(error['errorSummary']).toBe('Api validation failed: newUser')
    expect(error['errorCauses']).toEqual([
      { errorSummary: "Property name 'shoeSize' is not defined in profile" },
    ])
  })
})

describe('a login', () => {
  const TAKEN = 'login: An object with this field already exists in the current organization'

  it('belongs to one user, however it is written', async () => {
    const login = `${unique('isáàc')}@people.example`
    await aUser({ login })
    for (const same of [login, login.toUpperCase(), login.replace('isáàc', 'isaac')])
      expect(
        await causes(await api('POST', USERS, { profile: aProfile({ login: same }) })),
      ).toEqual(['E0000001', TAKEN])
  })

  it('is given to one of two who want it at the same time', async () => {
    const profile = aProfile()
    const answers = await Promise.all([1, 2, 3].map(() => api('POST', USERS, { profile })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
  })

  it('that was given up stays reserved for whom it belonged to', async () => {
    const user = await aUser()
    const { login } = user['profile']
    const renamed = await made(200, 'POST', `${USERS}/${user['id']}`, {
      profile: { login: `${unique('new')}@people.example` },
    })
    expect(renamed['profile']['login']).not.toBe(login)
    expect(await causes(await api('POST', USERS, { profile: aProfile({ login }) }))).toEqual(['E0000001', TAKEN]) // prettier-ignore
    const other = await aUser()
    expect((await api('POST', `${USERS}/${other['id']}`, { profile: { login } })).status).toBe(400)
    await made(200, 'POST', `${USERS}/${user['id']}`, { profile: { login } })
  })

  it('can change its case', async () => {
    const user = await aUser()
    const login = user['profile']['login'].toUpperCase()
    const changed = await made(200, 'POST', `${USERS}/${user['id']}`, { profile: { login } })
    expect(changed['profile']['login']).toBe(login)
  })
})

describe('a user is found', () => {
  it('by id, login, and what stands before the @ of a login that is the only one', async () => {
    const shortname = unique('short')
    const user = await aUser({ login: `${shortname}@people.example` })
    for (const name of [user['id'], `${shortname}@people.example`, shortname.toUpperCase()])
      expect((await made(200, 'GET', `${USERS}/${encodeURIComponent(name)}`))['id']).toBe(
        user['id'],
      )
    await aUser({ login: `${shortname}@elsewhere.example` })
    expect((await api('GET', `${USERS}/${shortname}`)).status).toBe(404)
  })

  it('as me by whom the token belongs to', async () => {
    const me = await made(200, 'GET', `${USERS}/me`)
    expect(me['profile']['login']).toBe('admin@edgemint.example')
  })

  it('nowhere else', async () => {
    for (const name of ['00unobody', '%25', "'; DROP TABLE users", 'x'.repeat(300)]) {
      const [status, error] = await answered(
        await api('GET', `${USERS}/${encodeURIComponent(name)}`),
      )
      expect([status, error['errorCode']]).toEqual([404, 'E0000007'])
    }
  })
})

describe('changing a user', () => {
  it('with POST changes what is named, and null clears', async () => {
    const user = await aUser({ title: 'Director', city: 'Oslo' })
    const changed = await made(200, 'POST', `${USERS}/${user['id']}`, {
      id: 'ignored',
      status: 'DEPROVISIONED',
      profile: { title: null, nickName: 'ike' },
    })
    expect(changed['status']).toBe(user['status'])
    expect(changed['profile']).toEqual({
      ...user['profile'],
      title: undefined,
      nickName: 'ike',
    })
  })

  it('with PUT replaces the profile', async () => {
    const user = await aUser({ title: 'Director' })
    const { title: _, ...profile } = user['profile']
    const changed = await made(200, 'PUT', `${USERS}/${user['id']}?strict=true`, {
      ...user,
      profile,
    })
    expect(changed['profile']).toEqual(profile)
    const refused = await api('PUT', `${USERS}/${user['id']}`, { profile: { lastName: 'Brock' } })
    expect((await causes(refused)).length).toBe(4)
  })

  it('does not ask for the other required attributes', async () => {
    const user = await aUser()
    expect(
      await causes(await api('POST', `${USERS}/${user['id']}`, { profile: { login: null } })),
    ).toEqual(['E0000001', 'login: The field cannot be left blank'])
  })

  it('only as it was read, when the request says so', async () => {
    const user = await aUser()
    const path = `${USERS}/${user['id']}`
    const read = await api('GET', path)
    const etag = read.headers.get('etag')!
    expect(etag).toMatch(/^W\/".+"$/)
    const body = { profile: { title: 'first' } }
    const first = await sendWith(path, 'POST', { 'if-match': etag }, body)
    expect(first.status).toBe(200)
    expect(first.headers.get('etag')).not.toBe(etag)
    const second = await answered(await sendWith(path, 'PUT', { 'if-match': etag }, user))
    expect([second[0], second[1]['errorCode']]).toEqual([412, 'E0000231'])
    const odd = await answered(await sendWith(path, 'POST', { 'if-match': 'W/"' }, body))
    expect([odd[0], odd[1]['errorCode']]).toEqual([400, 'E0000242'])
    expect((await sendWith(path, 'POST', { 'if-match': '*' }, body)).status).toBe(200)
  })

  it('by many at the same time loses none of their changes', async () => {
    const user = await aUser()
    const names = ['title', 'city', 'state', 'nickName']
    const answers = await Promise.all(
      names.map((name) => api('POST', `${USERS}/${user['id']}`, { profile: { [name]: 'x' } })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const after = await made(200, 'GET', `${USERS}/${user['id']}`)
    expect(after['profile']).toEqual({ ...user['profile'], title: 'x', city: 'x', state: 'x', nickName: 'x' }) // prettier-ignore
  })
})
