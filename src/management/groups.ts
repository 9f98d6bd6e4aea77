/** Groups. The built-in one can be read and assigned like any other, and is never edited. */
import * as z from 'zod'
import { AppOutput } from '../domain/app-output.ts'
import { GroupInput, GroupOutput, type Group } from '../domain/group.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { notFound } from '../protocol/api-errors.ts'
import { deleteGroup, insertGroup, updateGroup } from '../store/groups.ts'
import { forgetInRules, serversNamingInRules } from '../store/rule-people.ts'
import { appsOfGroup } from './app-list.ts'
import { APPS_READ } from './app-resource.ts'
import type { ManagementContext } from './context.ts'
import { pageOfGroups } from './group-list.ts'
import { GROUPS_PATH, presentGroup } from './group-presentation.ts'
import {
  editableGroupOf,
  GROUP_PATH,
  GROUP_TYPE,
  groupChange,
  groupOf,
  GROUPS_MANAGE,
  GROUPS_READ,
} from './group-resource.ts'
import { pageParameters, textParameter } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'

async function created(input: GroupInput, context: ManagementContext): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  const group: Group = {
    id: randomId('00g'),
    type: 'OKTA_GROUP',
    ...input.profile,
    created: nowSeconds,
    lastUpdated: nowSeconds,
    lastMembershipUpdated: nowSeconds,
  }
  await context.commit(
    [insertGroup(db, group)],
    groupChange(group, 'group.lifecycle.create', 'Group is created'),
  )
  return presentGroup(group, origin)
}

async function replaced(
  group: Group,
  { profile }: GroupInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  const changed: Group = { ...group, ...profile, lastUpdated: nowSeconds }
  await context.commitOr(notFound(group.id, GROUP_TYPE), [updateGroup(db, changed, nowSeconds)], {
    ...groupChange(changed, 'group.profile.update', 'Group is updated'),
    // Claims show the names of a person's groups.
    audiences: [{ relation: 'group', values: [group.id], tells: 'stale' }],
  })
  return presentGroup(changed, origin)
}

async function deleted(group: Group, context: ManagementContext): Promise<void> {
  const { db, nowSeconds } = context
  const serverIds = await serversNamingInRules(db, 'groups', group.id)
  await context.commitOr(
    notFound(group.id, GROUP_TYPE),
    [deleteGroup(db, group.id)],
    {
      ...groupChange(group, 'group.lifecycle.delete', 'Group is deleted'),
      serverIds,
      audiences: [{ relation: 'group', values: [group.id], tells: 'stale' }],
    },
    forgetInRules(db, 'groups', group.id, nowSeconds),
  )
}

export const groupRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: GROUPS_PATH,
    summary: 'List groups',
    scope: GROUPS_READ,
    query: {
      q: textParameter('How a name begins. What it finds has no second page.'),
      filter: textParameter('By `id`, `type`, `lastUpdated` and `lastMembershipUpdated`.'),
      search: textParameter('By these, `created`, `profile.name` and `profile.description`.'),
      sortBy: textParameter('An attribute of a search.'),
      sortOrder: z.enum(['asc', 'desc']).default('asc'),
      expand: z.enum(['stats', 'app']).describe('Statistics, in smaller pages.'),
      ...pageParameters(),
    },
    output: z.array(GroupOutput),
    async handle({ query }, context) {
      return new ListAnswer(await pageOfGroups(query, context))
    },
  }),
  route({
    method: 'POST',
    path: GROUPS_PATH,
    summary: 'Create a group',
    scope: GROUPS_MANAGE,
    body: GroupInput,
    subject: 'group',
    output: GroupOutput,
    handle: ({ body }, context) => created(body, context),
  }),
  route({
    method: 'GET',
    path: GROUP_PATH,
    summary: 'Retrieve a group',
    scope: GROUPS_READ,
    output: GroupOutput,
    async handle({ params }, context) {
      return presentGroup(await groupOf(params, context), context.origin)
    },
  }),
  route({
    method: 'PUT',
    path: GROUP_PATH,
    summary: 'Replace a group',
    scope: GROUPS_MANAGE,
    body: GroupInput,
    subject: 'group',
    output: GroupOutput,
    async handle({ params, body }, context) {
      return replaced(await editableGroupOf(params, context), body, context)
    },
  }),
  route({
    method: 'GET',
    path: `${GROUP_PATH}/apps`,
    summary: 'List apps that are assigned to a group',
    scope: GROUPS_READ,
    // The answer is apps as a whole, which not every role that reads groups reads.
    permission: APPS_READ,
    query: pageParameters(limits.pageSizeDefault),
    output: z.array(AppOutput),
    async handle({ params, query }, context) {
      const group = await groupOf(params, context)
      return new ListAnswer(await appsOfGroup(group.id, query, context))
    },
  }),
  route({
    method: 'DELETE',
    path: GROUP_PATH,
    summary: 'Delete a group',
    scope: GROUPS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      return deleted(await editableGroupOf(params, context), context)
    },
  }),
]
