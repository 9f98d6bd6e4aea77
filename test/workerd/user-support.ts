/** What tests of users share. */
import { made, unique, type Json } from './support.ts'

export const USERS = '/api/v1/users'

export const aProfile = (changes: Json = {}): Json => {
  const login = `${unique('user')}@people.example`
  return { firstName: 'Isaac', lastName: 'Brock', email: login, login, ...changes }
}

/** A user who was never asked for a password, PROVISIONED unless the query says otherwise. */
export const aUser = (profile: Json = {}, rest: Json = {}, query = ''): Promise<Json> =>
  made(200, 'POST', USERS + query, { profile: aProfile(profile), ...rest })
