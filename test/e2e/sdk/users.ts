/** Users, their lifecycle, credentials and roles, and what they were assigned. */
import { expect } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import type { Json } from '../../json.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'

export const PASSWORD = 'Correct-horse-battery-1'

const profileOf = (name: string): Json => ({
  firstName: 'Sdk',
  lastName: name,
  login: `${name}@example.com`,
  email: `${name}@example.com`,
})

export async function aUser({ client, unique }: World, credentials?: Json): Promise<Json> {
  const body = { profile: profileOf(unique('user')), ...(credentials && { credentials }) }
  return client['userApi'].createUser({ body, activate: true })
}

/** In two steps, as Okta deletes. */
export async function removeUser({ client }: World, { id }: Json): Promise<void> {
  await expectNothing(client['userApi'].deleteUser({ userId: id }))
  await expectNothing(client['userApi'].deleteUser({ userId: id }))
}

async function users(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['userApi']
  const name = unique('listed')
  const made: Json[] = []
  for (const at of [1, 2, 3])
    made.push(await api.createUser({ body: { profile: profileOf(`${name}-${at}`) }, activate: false })) // prettier-ignore
  const one = made[0]!
  const at = { userId: one['id'] }
  expect(one).toMatchObject({ status: 'STAGED', profile: { login: `${name}-1@example.com` } })
  expect((await api.getUser(at)).id).toBe(one['id'])
  expect((await api.getUser({ userId: `${name}-1@example.com` })).id).toBe(one['id'])
  const updated = await api.updateUser({ ...at, user: { profile: { nickName: 'Nick' } } })
  expect(updated.profile).toMatchObject({ nickName: 'Nick', lastName: `${name}-1` })
  const replaced = await api.replaceUser({ ...at, user: { profile: profileOf(`${name}-1`) } })
  expect(replaced.profile.nickName ?? null).toBeNull()

  const search = `profile.login sw "${name}"`
  const found = await paged(world, 3, () => api.listUsers({ search, limit: 1 }))
  expect(idsOf(found).toSorted()).toEqual(idsOf(made).toSorted())
  const filter = `profile.login eq "${name}-2@example.com"`
  expect(idsOf(await all(api.listUsers({ filter })))).toEqual([made[1]!['id']])
  expect(idsOf(await all(api.listUsers({ q: name }))).toSorted()).toEqual(idsOf(made).toSorted())
  const listed = await paged(world, 2, () => api.listUsers({ limit: 2 }))
  expect(idsOf(listed)).toContain(one['id'])
  for (const user of made) await removeUser(world, user)
  await expectGone(api.getUser(at))
}

async function schema(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['schemaApi']
  const at = { schemaId: 'default' }
  const name = unique('tier').replaceAll('-', '_')
  const setTo = (definition: Json | null): Promise<Json> =>
    api.updateUserProfile({
      ...at,
      userSchema: { definitions: { custom: { id: '#custom', type: 'object', properties: { [name]: definition } } } }, // prettier-ignore
    })
  const made = await setTo({ title: 'Tier', type: 'string', maxLength: 10 })
  expect(made.definitions.custom.properties[name]).toMatchObject({ title: 'Tier', type: 'string' })
  const body = { profile: { ...profileOf(unique('tiered')), [name]: 'gold' } }
  const user = await client['userApi'].createUser({ body, activate: false })
  expect(user.profile[name]).toBe('gold')
  const search = `profile.${name} eq "gold"`
  expect(idsOf(await all(client['userApi'].listUsers({ search })))).toEqual([user.id])
  await setTo({ title: 'Level', type: 'string', maxLength: 10 })
  const read = await api.getUserSchema(at)
  expect(read.definitions.custom.properties[name].title).toBe('Level')
  await setTo(null)
  expect((await api.getUserSchema(at)).definitions.custom.properties).not.toHaveProperty(name)
  expect((await client['userApi'].getUser({ userId: user.id })).profile[name]).toBeUndefined()
  const [type] = await all(client['userTypeApi'].listUserTypes())
  expect(type).toMatchObject({ id: user.type.id, name: 'user' })
  expect((await client['userTypeApi'].getUserType({ typeId: type!['id'] })).name).toBe('user')
  await removeUser(world, user)
}

async function lifecycle(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['userApi']
  const body = {
    profile: profileOf(unique('lifecycle')),
    credentials: { password: { value: PASSWORD } },
  }
  const user = await api.createUser({ body, activate: false })
  const at = { userId: user.id as string }
  const status = async (): Promise<string> => (await api.getUser(at)).status
  await api.activateUser({ ...at, sendEmail: false })
  expect(await status()).toBe('ACTIVE')
  await api.suspendUser(at)
  expect(await status()).toBe('SUSPENDED')
  await api.unsuspendUser(at)
  expect(await status()).toBe('ACTIVE')
  await api.expirePassword(at)
  expect(await status()).toBe('PASSWORD_EXPIRED')
  await api.deactivateUser(at)
  expect(await status()).toBe('DEPROVISIONED')
  await api.activateUser({ ...at, sendEmail: false })
  expect(await status()).not.toBe('DEPROVISIONED')
  await removeUser(world, user)
  const waiting = await aUser(world)
  const { activationToken } = await api.reactivateUser({ userId: waiting['id'], sendEmail: false })
  expect(activationToken).toEqual(expect.any(String))
  await removeUser(world, waiting)
}

async function lockout(world: World): Promise<void> {
  const api = world.client['userApi']
  const user = await aUser(world, { password: { value: PASSWORD } })
  const at = { userId: user['id'] as string }
  const change = (oldPassword: string): Promise<Json> =>
    api.changePassword({
      ...at,
      changePasswordRequest: {
        oldPassword: { value: oldPassword },
        newPassword: { value: `${PASSWORD}2` },
      },
    })
  for (let guess = 1; guess <= limits.passwordAttemptsMax; guess++)
    await expect(change(`Guess-${guess}`)).rejects.toMatchObject({ errorCode: 'E0000014' })
  expect((await api.getUser(at)).status).toBe('LOCKED_OUT')
  await expect(change(PASSWORD)).rejects.toMatchObject({ status: 403, errorCode: 'E0000038' })
  await expectNothing(api.resetFactors(at))
  await expectNothing(api.unlockUser(at))
  expect((await api.getUser(at)).status).toBe('ACTIVE')
  await change(PASSWORD)
  await api.suspendUser(at)
  await expect(api.unlockUser(at)).rejects.toMatchObject({ status: 403, errorCode: 'E0000032' })
  await removeUser(world, user)
}

async function credentials(world: World): Promise<void> {
  const api = world.client['userApi']
  const user = await aUser(world, {
    password: { value: PASSWORD },
    recovery_question: { question: 'Who?', answer: 'nobody at all' },
  })
  const at = { userId: user['id'] as string }
  const change = (oldPassword: string, newPassword: string): Promise<Json> =>
    api.changePassword({
      ...at,
      changePasswordRequest: {
        oldPassword: { value: oldPassword },
        newPassword: { value: newPassword },
      },
    })
  await expect(change('Wrong-horse-battery-1', `${PASSWORD}2`)).rejects.toMatchObject({ status: 403, errorCode: 'E0000014' }) // prettier-ignore
  expect(await change(PASSWORD, `${PASSWORD}2`)).toMatchObject({ provider: { type: 'OKTA' } })
  // The SDK takes the answer for a user, and so drops the temporary password in it.
  const path = `/api/v1/users/${at.userId}/lifecycle/expire_password_with_temp_password`
  await api.expirePasswordAndGetTemporaryPassword(at)
  expect((await api.getUser(at)).status).toBe('PASSWORD_EXPIRED')
  const { tempPassword } = await world.call('POST', path)
  expect(await change(tempPassword, `${PASSWORD}3`)).toMatchObject({ password: {} })
  const question = await api.changeRecoveryQuestion({
    ...at,
    userCredentials: {
      password: { value: `${PASSWORD}3` },
      recovery_question: { question: 'Why?', answer: 'because of it' },
    },
  })
  expect(question.recovery_question).toEqual({ question: 'Why?' })
  const pattern = /\/signin\/reset-password\?token=./
  const forgotten = await api.forgotPassword({ ...at, sendEmail: false })
  expect(forgotten.resetPasswordUrl).toMatch(pattern)
  const recovered = await api.forgotPasswordSetNewPassword({
    ...at,
    userCredentials: {
      password: { value: `${PASSWORD}4` },
      recovery_question: { answer: 'Because of it' },
    },
  })
  expect(recovered.recovery_question).toEqual({ question: 'Why?' })
  await change(`${PASSWORD}4`, `${PASSWORD}5`)
  const { resetPasswordUrl } = await api.generateResetPasswordToken({ ...at, sendEmail: false })
  expect(resetPasswordUrl).toMatch(pattern)
  expect((await api.getUser(at)).status).toBe('RECOVERY')
  await removeUser(world, user)
}

async function roles(world: World): Promise<void> {
  const api = world.client['roleAssignmentApi']
  const user = await aUser(world)
  const of = { userId: user['id'] as string }
  const role = await api.assignRoleToUser({ ...of, assignRoleRequest: { type: 'HELP_DESK_ADMIN' } })
  expect(role).toMatchObject({ type: 'HELP_DESK_ADMIN', assignmentType: 'USER' })
  const here = { ...of, roleId: role.id }
  expect((await api.getUserAssignedRole(here)).type).toBe('HELP_DESK_ADMIN')
  expect(idsOf(await all(await api.listAssignedRolesForUser(of)))).toEqual([role.id])
  await expectNothing(api.unassignRoleFromUser(here))
  await expectGone(api.getUserAssignedRole(here))
  await removeUser(world, user)
}

export const userLives: readonly Life[] = [
  { name: 'a user', live: users },
  { name: 'the lifecycle of a user', live: lifecycle },
  { name: 'credentials of a user', live: credentials },
  { name: 'a user who is locked out', live: lockout },
  { name: 'a role of a user', live: roles },
  { name: 'the schema of user profiles', live: schema },
]
