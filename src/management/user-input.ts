/** What requests say of users. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'

const Profile = z.record(z.string().max(limits.nameCharactersMax), z.unknown())

const Id = z.string().min(1).max(limits.nameCharactersMax)

export const UserInput = z
  .object({
    profile: Profile,
    groupIds: z.array(Id).max(limits.groupsOfNewUserMax).nullish(),
  })
  .meta({ id: 'CreateUserRequest' })

export type UserInput = z.output<typeof UserInput>

export const UserUpdate = z.object({ profile: Profile.nullish() }).meta({ id: 'UpdateUserRequest' })

export type UserUpdate = z.output<typeof UserUpdate>
