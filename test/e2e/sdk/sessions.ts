/** Sessions of people, from a sign-in without a browser to the end that an administrator makes of it. */
import { expect } from 'vitest'
import { expectGone, expectNothing, type Life, type World } from './life.ts'
import { aUser, PASSWORD, removeUser } from './users.ts'

async function sessions(world: World): Promise<void> {
  const api = world.client['sessionApi']
  const user = await aUser(world, { password: { value: PASSWORD } })
  const { login } = user['profile']
  const { sessionToken } = await world.call('POST', '/api/v1/authn', {
    username: login,
    password: PASSWORD,
  })
  const createSessionRequest = { sessionToken }
  const made = await api.createSession({ createSessionRequest })
  expect(made).toMatchObject({ login, userId: user['id'], status: 'ACTIVE', amr: ['pwd'] })
  await expect(api.createSession({ createSessionRequest })).rejects.toMatchObject({ status: 401 })
  const at = { sessionId: made.id as string }
  expect(await api.getSession(at)).toMatchObject({ id: made.id, login })
  const refreshed = await api.refreshSession(at)
  expect(refreshed.id).toBe(made.id)
  expect(Date.parse(refreshed.expiresAt)).toBeGreaterThanOrEqual(Date.parse(made.expiresAt))
  await expectNothing(api.revokeSession(at))
  for (const gone of ['getSession', 'refreshSession', 'revokeSession'])
    await expectGone(api[gone](at))
  // No cookie comes along.
  await expectGone(api.getCurrentSession())
  await removeUser(world, user)
}

export const sessionLives: readonly Life[] = [{ name: 'a session of a user', live: sessions }]
