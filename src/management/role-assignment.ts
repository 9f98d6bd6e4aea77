/** Role assignments, whoever they are of: how the management API takes, shows and routes them. */
import * as z from 'zod'
import { Link, Timestamp } from '../domain/output.ts'
import { timestamp } from '../platform/clock.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound, type ApiError } from '../protocol/api-errors.ts'
import { UniqueViolation } from '../store/database.ts'
import { rolesOf, type PrincipalType, type RoleAssignment } from '../store/role-assignments.ts'
import type { Change, ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { roleLabel, roleNames } from '../policy/roles.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const READ = 'okta.roles.read'
const MANAGE = 'okta.roles.manage'
const TYPE = 'RoleAssignment'

const RoleInput = z
  .object({
    type: z.string().refine((type) => roleNames.includes(type), 'is not a standard role'),
  })
  .meta({ id: 'RoleAssignmentInput' })

const RoleAssignmentOutput = z
  .object({
    id: z.string(),
    label: z.string(),
    type: z.string(),
    status: z.literal('ACTIVE'),
    created: Timestamp,
    lastUpdated: Timestamp,
    assignmentType: z.enum(['CLIENT', 'USER']),
    _links: z.object({ assignee: Link }),
  })
  .meta({ id: 'RoleAssignment' })

/** Whom roles are given to: a principal, where the API shows it, and how it is written. */
export interface RoleHolder {
  readonly type: PrincipalType
  readonly id: string
  readonly href: string
  readonly grant: (assignment: RoleAssignment) => Promise<void>
  readonly revoke: (assignment: RoleAssignment) => Promise<void>
}

type HolderOf = (params: Params, context: ManagementContext) => Promise<RoleHolder>

const present = (
  assignment: RoleAssignment,
  { type, href }: RoleHolder,
): z.input<typeof RoleAssignmentOutput> => ({
  id: assignment.id,
  label: roleLabel(assignment.role),
  type: assignment.role,
  status: 'ACTIVE',
  created: timestamp(assignment.created),
  lastUpdated: timestamp(assignment.lastUpdated),
  assignmentType: type,
  _links: { assignee: { href } },
})

/** A role as the log names it. */
export const roleTarget = ({ id, role }: RoleAssignment): Change['target'][number] => ({
  id,
  type: 'ROLE',
  alternateId: role,
  displayName: roleLabel(role),
})

/** Throws E0000007, also for an assignment of another. */
async function assignmentOf(
  params: Params,
  holder: RoleHolder,
  { db }: ManagementContext,
): Promise<RoleAssignment> {
  const id = idParam(params, 'roleAssignmentId', TYPE)
  const found = (await rolesOf(db, holder.type, holder.id)).find((one) => one.id === id)
  if (found === undefined) throw roleNotFound(id)
  return found
}

export const roleNotFound = (id: string): ApiError => notFound(id, TYPE)

/** Throws E0000001 for a role that the holder has already. */
async function assigned(
  role: string,
  holder: RoleHolder,
  { db, nowSeconds }: ManagementContext,
): Promise<unknown> {
  const whom = holder.type.toLowerCase()
  const taken = invalid('type', `type: The role is already assigned to the ${whom}`)
  if ((await rolesOf(db, holder.type, holder.id)).some((one) => one.role === role)) throw taken
  const assignment: RoleAssignment = {
    id: randomId('ra1'),
    role,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  try {
    await holder.grant(assignment)
  } catch (error) {
    throw error instanceof UniqueViolation ? taken : error
  }
  return present(assignment, holder)
}

/** The routes below one kind of holder. Only a SUPER_ADMIN gives roles or takes them away. */
export const roleRoutes = (
  path: string,
  whom: string,
  createdStatus: 200 | 201,
  holderOf: HolderOf,
): readonly Route[] => [
  route({
    method: 'GET',
    path,
    summary: `List roles of a ${whom}`,
    scope: READ,
    output: z.array(RoleAssignmentOutput),
    async handle({ params }, context) {
      const holder = await holderOf(params, context)
      const roles = await rolesOf(context.db, holder.type, holder.id)
      return new ListAnswer(whole(roles.map((one) => present(one, holder))))
    },
  }),
  route({
    method: 'POST',
    path,
    summary: `Assign a role to a ${whom}`,
    scope: MANAGE,
    superAdminOnly: true,
    body: RoleInput,
    subject: 'role',
    output: RoleAssignmentOutput,
    status: createdStatus,
    async handle({ params, body }, context) {
      return assigned(body.type, await holderOf(params, context), context)
    },
  }),
  route({
    method: 'GET',
    path: `${path}/:roleAssignmentId`,
    summary: `Retrieve a role of a ${whom}`,
    scope: READ,
    output: RoleAssignmentOutput,
    async handle({ params }, context) {
      const holder = await holderOf(params, context)
      return present(await assignmentOf(params, holder, context), holder)
    },
  }),
  route({
    method: 'DELETE',
    path: `${path}/:roleAssignmentId`,
    summary: `Take a role from a ${whom}`,
    scope: MANAGE,
    superAdminOnly: true,
    status: 204,
    async handle({ params }, context) {
      const holder = await holderOf(params, context)
      await holder.revoke(await assignmentOf(params, holder, context))
    },
  }),
]
