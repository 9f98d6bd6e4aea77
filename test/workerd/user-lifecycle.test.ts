/** The lifecycle of users, their credentials, and their deletion, through the management API. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { aFamily, aSession, isAlive, isSignedIn, keptBy } from './subject-support.ts'
import { answered, api, aServer, made, unique, type Json } from './support.ts'
import { aProfile, aUser, USERS } from './user-support.ts'

const PASSWORD = 'Tr0ubadour-and-3'
const withPassword = (value = PASSWORD): Json => ({ credentials: { password: { value } } })

const act = (user: Json, path: string, body?: unknown): Promise<Response> =>
  api('POST', `${USERS}/${user['id']}/${path}`, body)

const statusOf = async (user: Json): Promise<string> =>
  (await made(200, 'GET', `${USERS}/${user['id']}`))['status']

const refusal = async (response: Response): Promise<readonly [number, string]> => {
  const [status, error] = await answered(response)
  return [status, error['errorCode']]
}

/** A session and an authorization of a user, and which of them live. */
async function signedIn(user: Json) {
  const userId: string = user['id']
  const session = await aSession(userId)
  const { id } = await aFamily({ userId })
  return {
    lives: async () => ({ session: await isSignedIn(session), tokens: await isAlive(userId, id) }),
  }
}

const verify = (user: Json, password: string) =>
  env.SUBJECT.getByName(user['id']).verifyPassword(user['id'], password, 1)

describe('the lifecycle', () => {
  it('goes from staged to deprovisioned and back', async () => {
    const user = await aUser({}, {}, '?activate=false')
    const steps = [
      ['lifecycle/activate?sendEmail=true', 'PROVISIONED'],
      ['lifecycle/reactivate?sendEmail=true', 'PROVISIONED'],
      ['lifecycle/deactivate?sendEmail=true', 'DEPROVISIONED'],
      ['lifecycle/activate', 'PROVISIONED'],
    ] as const
    for (const [path, status] of steps) {
      expect(await answered(await act(user, path))).toEqual([200, {}])
      expect(await statusOf(user)).toBe(status)
    }
  })

  it('suspends and unsuspends who is active', async () => {
    const user = await aUser({}, withPassword())
    expect(user['status']).toBe('ACTIVE')
    expect((await act(user, 'lifecycle/suspend')).status).toBe(200)
    const suspended = await made(200, 'GET', `${USERS}/${user['id']}`)
    expect(suspended['status']).toBe('SUSPENDED')
    expect(Object.keys(suspended['_links'])).toEqual([
      'unsuspend',
      'deactivate',
      'schema',
      'self',
      'type',
    ])
    expect(await refusal(await act(user, 'lifecycle/suspend'))).toEqual([400, 'E0000001'])
    expect((await act(user, 'lifecycle/unsuspend')).status).toBe(200)
    expect(await refusal(await act(user, 'lifecycle/unsuspend'))).toEqual([400, 'E0000001'])
    expect(await statusOf(user)).toBe('ACTIVE')
  })

  it('refuses what the status does not allow, and changes nothing', async () => {
    const user = await aUser({}, withPassword())
    expect(await refusal(await act(user, 'lifecycle/activate'))).toEqual([403, 'E0000016'])
    expect(await refusal(await act(user, 'lifecycle/reactivate'))).toEqual([403, 'E0000038'])
    const staged = await aUser({}, {}, '?activate=false')
    expect(await refusal(await act(staged, 'lifecycle/unlock'))).toEqual([403, 'E0000032'])
    expect(await refusal(await act(staged, 'lifecycle/expire_password'))).toEqual([403, 'E0000038'])
    expect(await refusal(await act(staged, 'lifecycle/activate?sendEmail=x'))).toEqual([
      400,
      'E0000001',
    ])
    expect(await made(200, 'GET', `${USERS}/${staged['id']}`)).toEqual(staged)
  })

  it('ends sessions and tokens with a deactivation', async () => {
    const user = await aUser({}, withPassword())
    const { lives } = await signedIn(user)
    expect(await lives()).toEqual({ session: true, tokens: true })
    await act(user, 'lifecycle/deactivate')
    expect(await lives()).toEqual({ session: false, tokens: false })
    await act(user, 'lifecycle/activate')
    expect(await statusOf(user)).toBe('ACTIVE')
    expect(await lives()).toEqual({ session: false, tokens: false })
  })

  it('ends sessions with a suspension, and interrupts tokens', async () => {
    const user = await aUser({}, withPassword())
    const { lives } = await signedIn(user)
    await act(user, 'lifecycle/suspend')
    expect(await lives()).toEqual({ session: false, tokens: false })
    await act(user, 'lifecycle/unsuspend')
    expect(await lives()).toEqual({ session: false, tokens: true })
  })

  it('happens once, whoever else does the same at the same time', async () => {
    const user = await aUser({}, withPassword())
    const answers = await Promise.all([1, 2, 3, 4].map(() => act(user, 'lifecycle/suspend')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400])
    const both = await Promise.all([
      act(user, 'lifecycle/unsuspend'),
      act(user, 'lifecycle/deactivate'),
      api('POST', `${USERS}/${user['id']}`, { profile: { title: 'kept' } }),
    ])
    expect(both.map(({ status }) => status).slice(1)).toEqual([200, 200])
    const after = await made(200, 'GET', `${USERS}/${user['id']}`)
    expect([after['status'], after['profile']['title']]).toEqual(['DEPROVISIONED', 'kept'])
  })
})

describe('a password', () => {
  it('is set at creation, and shown as there only', async () => {
    const user = await aUser({}, withPassword())
    expect(user['credentials']).toEqual({
      password: {},
      provider: { type: 'OKTA', name: 'OKTA' },
    })
    expect(user['passwordChanged']).not.toBeNull()
    expect(await verify(user, PASSWORD)).toBe('correct')
    expect(await verify(user, 'other')).toBe('wrong')
  })

  it('may have to be changed at the next sign-in', async () => {
    const user = await aUser({}, withPassword(), '?nextLogin=changePassword')
    expect(user['status']).toBe('PASSWORD_EXPIRED')
  })

  it('is imported as a hash, by who creates a user or has staged one', async () => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(PASSWORD))
    const hash = {
      algorithm: 'SHA-256',
      value: btoa(String.fromCharCode(...new Uint8Array(digest))),
    }
    const user = await aUser({}, { credentials: { password: { hash } } }, '?activate=false')
    expect([user['status'], user['credentials']['password']]).toEqual(['STAGED', {}])
    await act(user, 'lifecycle/activate')
    expect(await statusOf(user)).toBe('ACTIVE')
    expect(await verify(user, PASSWORD)).toBe('correct')
    const again = await api('POST', `${USERS}/${user['id']}`, {
      credentials: { password: { hash } },
    })
    expect(await refusal(again)).toEqual([403, 'E0000038'])
  })

  it('that is weak is refused with all that it misses, and nobody is made', async () => {
    const profile = aProfile()
    const response = await api('POST', USERS, { profile, ...withPassword('short') })
    const [status, error] = await answered(response)
    expect([status, error['errorSummary']]).toEqual([400, 'Api validation failed: password'])
    expect(error['errorCauses'].length).toBeGreaterThan(1)
    expect((await api('GET', `${USERS}/${profile['login']}`)).status).toBe(404)
  })

  it('set by an administrator makes a waiting user active, and echoes change nothing', async () => {
    const user = await aUser()
    const changed = await made(200, 'POST', `${USERS}/${user['id']}`, withPassword())
    expect(changed['status']).toBe('ACTIVE')
    const echoed = await made(200, 'PUT', `${USERS}/${user['id']}`, changed)
    expect(echoed['passwordChanged']).toBe(changed['passwordChanged'])
    expect(await verify(user, PASSWORD)).toBe('correct')
  })

  it('is changed by who knows it', async () => {
    const user = await aUser({}, withPassword())
    const { lives } = await signedIn(user)
    const change = (oldPassword: string, newPassword: string, rest: Json = {}) =>
      act(user, 'credentials/change_password?strict=false', {
        oldPassword: { value: oldPassword },
        newPassword: { value: newPassword },
        ...rest,
      })
    const wrong = await answered(await change('not-it', 'N3w-password-x'))
    expect([wrong[0], wrong[1]['errorCode'], wrong[1]['errorCauses'].length]).toEqual([
      403,
      'E0000014',
      1,
    ])
    expect(await refusal(await change(PASSWORD, 'weak'))).toEqual([403, 'E0000080'])
    expect(await refusal(await change(PASSWORD, PASSWORD))).toEqual([403, 'E0000080'])
    const answer = await answered(
      await change(PASSWORD, 'N3w-password-x', { revokeSessions: true }),
    )
    expect(answer).toEqual([200, { password: {}, provider: { type: 'OKTA', name: 'OKTA' } }])
    expect(await verify(user, 'N3w-password-x')).toBe('correct')
    expect(await lives()).toEqual({ session: false, tokens: true })
  })

  it('cannot be guessed through the change: the account locks, and an administrator unlocks it', async () => {
    const user = await aUser({}, withPassword())
    const guess = (at: number) =>
      act(user, 'credentials/change_password', {
        oldPassword: { value: `guess-${at}` },
        newPassword: { value: 'N3w-password-x' },
      })
    for (let at = 0; at < 10; at++) await guess(at)
    expect(await statusOf(user)).toBe('LOCKED_OUT')
    expect(await refusal(await guess(11))).toEqual([403, 'E0000038'])
    expect((await act(user, 'lifecycle/unlock')).status).toBe(200)
    expect(await statusOf(user)).toBe('ACTIVE')
    expect(await verify(user, PASSWORD)).toBe('correct')
  })

  it('expires', async () => {
    const user = await aUser({}, withPassword())
    const expired = await made(200, 'POST', `${USERS}/${user['id']}/lifecycle/expire_password`)
    expect([expired['id'], expired['status']]).toEqual([user['id'], 'PASSWORD_EXPIRED'])
  })

  it('is replaced by a temporary one', async () => {
    const user = await aUser({}, withPassword())
    const { lives } = await signedIn(user)
    const path = `${USERS}/${user['id']}/lifecycle/expire_password_with_temp_password?revokeSessions=true`
    const { tempPassword } = await made(200, 'POST', path)
    expect(await verify(user, tempPassword)).toBe('correct')
    expect(await verify(user, PASSWORD)).toBe('wrong')
    expect(await statusOf(user)).toBe('PASSWORD_EXPIRED')
    expect(await lives()).toEqual({ session: false, tokens: false })
    const changed = { oldPassword: { value: tempPassword }, newPassword: { value: 'N3w-password-x' } } // prettier-ignore
    expect((await act(user, 'credentials/change_password?strict=false', changed)).status).toBe(200)
    expect(await lives()).toEqual({ session: false, tokens: true })
  })

  it('is reset', async () => {
    const user = await aUser({}, withPassword())
    expect(await refusal(await act(user, 'lifecycle/reset_password'))).toEqual([400, 'E0000028'])
    for (const [sendEmail, given] of [[true, {}], [false, { resetPasswordUrl: expect.any(String) }]] as const) // prettier-ignore
      expect(await answered(await act(user, `lifecycle/reset_password?sendEmail=${sendEmail}`))).toEqual([200, given]) // prettier-ignore
    expect(await statusOf(user)).toBe('RECOVERY')
  })
})

describe('a recovery question', () => {
  const recovery = { question: 'Which band?', answer: 'The Shins' }

  it('is set with its answer, of which nothing is shown', async () => {
    const user = await aUser({}, { credentials: { recovery_question: recovery } })
    expect(user['credentials']['recovery_question']).toEqual({ question: 'Which band?' })
    const echoed = await made(200, 'PUT', `${USERS}/${user['id']}`, user)
    expect(echoed['credentials']).toEqual(user['credentials'])
    const bad = await api('POST', `${USERS}/${user['id']}`, { credentials: { recovery_question: { answer: 'x' } } }) // prettier-ignore
    expect(await refusal(bad)).toEqual([400, 'E0000001'])
  })

  it('is changed by who knows the password', async () => {
    const user = await aUser({}, withPassword())
    const change = (value: string) =>
      act(user, 'credentials/change_recovery_question', {
        password: { value },
        recovery_question: recovery,
      })
    expect(await refusal(await change('wrong'))).toEqual([403, 'E0000014'])
    expect((await answered(await change(PASSWORD)))[1]).toEqual({
      password: {},
      recovery_question: { question: 'Which band?' },
      provider: { type: 'OKTA', name: 'OKTA' },
    })
  })
})

describe('a deletion', () => {
  it('deactivates first, and then leaves nothing', async () => {
    const group = await made(200, 'POST', '/api/v1/groups', { profile: { name: unique('group') } })
    const user = await aUser({}, { ...withPassword(), groupIds: [group['id']] })
    const me = await made(200, 'GET', `${USERS}/me`)
    const server = await aServer({
      rule: {
        conditions: {
          people: {
            users: { include: [user['id'], me['id']], exclude: [user['id']] },
            groups: { include: [], exclude: [] },
          },
          grantTypes: { include: ['authorization_code'] },
          scopes: { include: ['*'] },
        },
      },
    })
    await made(201, 'POST', `${USERS}/${user['id']}/roles`, { type: 'HELP_DESK_ADMIN' })
    const { lives } = await signedIn(user)
    const path = `${USERS}/${user['id']}`
    expect((await api('DELETE', `${path}?sendEmail=false`)).status).toBe(204)
    expect(await statusOf(user)).toBe('DEPROVISIONED')
    expect((await api('DELETE', path)).status).toBe(204)
    expect((await api('GET', path)).status).toBe(404)
    expect(await refusal(await api('DELETE', path))).toEqual([404, 'E0000007'])
    for (const [table, column] of [
      ['user_credentials', 'user_id'],
      ['user_attributes', 'user_id'],
      ['group_members', 'user_id'],
      ['role_assignments', 'principal_id'],
    ]) {
      const { results } = await env.DB.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?1`)
        .bind(user['id'])
        .all()
      expect([table, results.length]).toEqual([table, 0])
    }
    const rule = await made(200, 'GET', `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}/rules/${server.ruleId}`) // prettier-ignore
    expect(rule['conditions']['people']['users']).toEqual({ include: [me['id']], exclude: [] })
    expect(await lives()).toEqual({ session: false, tokens: false })
    expect(await keptBy(user['id'])).toEqual([])
  })

  it('keeps the login from others', async () => {
    const user = await aUser()
    await api('DELETE', `${USERS}/${user['id']}`)
    await api('DELETE', `${USERS}/${user['id']}`)
    const login = user['profile']['login']
    expect(await refusal(await api('POST', USERS, { profile: aProfile({ login }) }))).toEqual([
      400,
      'E0000001',
    ])
    await env.DB.prepare('UPDATE reserved_logins SET until = 1 WHERE login = ?1').bind(login).run()
    await aUser({ login })
  })

  it('deletes once, when many ask', async () => {
    const user = await aUser({}, {}, '?activate=false')
    const answers = await Promise.all([1, 2, 3].map(() => api('DELETE', `${USERS}/${user['id']}`)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status !== 204 && status !== 404)).toEqual([])
    expect(statuses.filter((status) => status === 204).length).toBeGreaterThanOrEqual(2)
  })
})
