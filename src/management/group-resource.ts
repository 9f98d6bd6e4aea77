/** What every route at or below a group begins with, and a change to a group as the log tells it. */
import type { Group } from '../domain/group.ts'
import { ApiError, notFound } from '../protocol/api-errors.ts'
import { findGroup } from '../store/groups.ts'
import type { Change, ManagementContext } from './context.ts'
import { GROUPS_PATH } from './group-presentation.ts'
import { idParam, type Params } from './route.ts'

export const GROUP_PATH = `${GROUPS_PATH}/:groupId`
export const GROUPS_READ = 'okta.groups.read'
export const GROUPS_MANAGE = 'okta.groups.manage'
export const GROUP_TYPE = 'UserGroup'

/** The group that a path means. Throws E0000007. */
export async function groupOf(params: Params, { db }: ManagementContext): Promise<Group> {
  const id = idParam(params, 'groupId', GROUP_TYPE)
  const group = await findGroup(db, id)
  if (group === null) throw notFound(id, GROUP_TYPE)
  return group
}

/** The same, of a type that can be edited. Throws E0000006 for the built-in group, as Okta does. */
export async function editableGroupOf(params: Params, context: ManagementContext): Promise<Group> {
  const group = await groupOf(params, context)
  if (group.type !== 'OKTA_GROUP')
    throw new ApiError('E0000006', '', [`type: A group of the type ${group.type} is not edited`])
  return group
}

export const groupTarget = ({
  id,
  name,
}: Pick<Group, 'id' | 'name'>): Change['target'][number] => ({
  id,
  type: 'UserGroup',
  alternateId: null,
  displayName: name,
})

export const groupChange = (
  group: Pick<Group, 'id' | 'name'>,
  eventType: string,
  displayMessage: string,
): Change => ({ eventType, displayMessage, target: [groupTarget(group)] })
