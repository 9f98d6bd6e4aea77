/** What tests of linked objects share. */
import { made, unique, type Json } from './support.ts'
import { USERS } from './user-support.ts'

export const LINKED_OBJECTS = '/api/v1/meta/schemas/user/linkedObjects'

/** A name that is one of linked objects too. */
export const aName = (prefix: string): string => unique(prefix).replaceAll('-', '_')

export const aDefinition = (primary = aName('manager'), associated = aName('report')): Json => ({
  primary: { name: primary, title: 'Manager', description: 'who leads', type: 'USER' },
  associated: { name: associated, title: 'Report', type: 'USER' },
})

export interface Relation {
  readonly primary: string
  readonly associated: string
}

/** A relation that is there now. */
export async function aRelation(): Promise<Relation> {
  const { primary, associated } = await made(201, 'POST', LINKED_OBJECTS, aDefinition())
  return { primary: primary['name'], associated: associated['name'] }
}

export const linksPath = (userId: string, name: string): string =>
  `${USERS}/${userId}/linkedObjects/${name}`

export const link = (userId: string, { primary }: Relation, primaryId: string): Promise<Json> =>
  made(204, 'PUT', `${linksPath(userId, primary)}/${primaryId}`)
