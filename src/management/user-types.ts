/** Types of users: everybody is of the one that every org has. */
import * as z from 'zod'
import { Link, Timestamp } from '../domain/output.ts'
import { USER_SCHEMA_ID, USER_TYPE_ID } from '../domain/user.ts'
import { timestamp } from '../platform/clock.ts'
import { notFound } from '../protocol/api-errors.ts'
import { readOrg } from '../store/org-settings.ts'
import type { ManagementContext } from './context.ts'
import { idParam, ListAnswer, route, type Route } from './route.ts'
import { SCHEMAS_PATH, TYPES_PATH } from './user-schema-presentation.ts'

const TYPE = 'UserType'
const READ = 'okta.userTypes.read'

const Output = z
  .object({
    id: z.string(),
    displayName: z.string(),
    name: z.string(),
    description: z.string(),
    createdBy: z.string(),
    lastUpdatedBy: z.string(),
    created: Timestamp,
    lastUpdated: Timestamp,
    default: z.boolean(),
    _links: z.object({ self: Link, schema: Link }),
  })
  .meta({ id: TYPE })

async function theType({ db, origin }: ManagementContext): Promise<unknown> {
  const { id, created } = await readOrg(db)
  return {
    id: USER_TYPE_ID,
    displayName: 'User',
    name: 'user',
    description: 'The type of every user',
    createdBy: id,
    lastUpdatedBy: id,
    created: timestamp(created),
    lastUpdated: timestamp(created),
    default: true,
    _links: {
      self: { href: `${origin}${TYPES_PATH}/${USER_TYPE_ID}` },
      schema: { href: `${origin}${SCHEMAS_PATH}/${USER_SCHEMA_ID}` },
    },
  }
}

export const userTypeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: TYPES_PATH,
    summary: 'List user types',
    scope: READ,
    output: z.array(Output),
    handle: async (_input, context) =>
      new ListAnswer({ items: [await theType(context)], next: null }),
  }),
  route({
    method: 'GET',
    path: `${TYPES_PATH}/:typeId`,
    summary: 'Retrieve a user type',
    scope: READ,
    output: Output,
    async handle({ params }, context) {
      const id = idParam(params, 'typeId', TYPE)
      if (id !== 'default' && id !== USER_TYPE_ID) throw notFound(id, TYPE)
      return theType(context)
    },
  }),
]
