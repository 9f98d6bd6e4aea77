/** Definitions of linked objects. One that is deleted takes its links along; nothing of one is changed. */
import * as z from 'zod'
import {
  LinkedObjectInput,
  LinkedObjectOutput,
  type LinkedObjectDefinition,
} from '../domain/linked-object.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import {
  deleteLinkedObjectDefinition,
  insertLinkedObjectDefinition,
  linkedObjectDefinitions,
} from '../store/linked-objects.ts'
import type { Change, ManagementContext } from './context.ts'
import { definitionNotFound, definitionOf, definitionTarget } from './linked-object-resource.ts'
import { Overtaken } from './overtaken.ts'
import { whole } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { SCHEMAS_PATH } from './user-schema-presentation.ts'

const PATH = `${SCHEMAS_PATH}/linkedObjects`
const ONE_PATH = `${PATH}/:linkedObjectName`
const READ = 'okta.linkedObjects.read'
const MANAGE = 'okta.linkedObjects.manage'

const presentSide = ({ name, title, description, type }: LinkedObjectDefinition['primary']) => ({
  name,
  title,
  ...(description != null && { description }),
  type,
})

const present = (
  { primary, associated }: LinkedObjectDefinition,
  origin: string,
): z.input<typeof LinkedObjectOutput> => ({
  primary: presentSide(primary),
  associated: presentSide(associated),
  _links: { self: { href: `${origin}${PATH}/${primary.name}` } },
})

const change = (definition: LinkedObjectDefinition, verb: 'create' | 'delete'): Change => ({
  eventType: `directory.linked_object.${verb}`,
  displayMessage: `Linked object definition is ${verb}d`,
  target: [definitionTarget(definition)],
})

/** Why a definition was not inserted. */
async function refusalOf(
  { primary, associated }: LinkedObjectDefinition,
  { db }: ManagementContext,
): Promise<ApiError> {
  const present = await linkedObjectDefinitions(db)
  const names = present.flatMap((one) => [one.primary.name, one.associated.name])
  const taken = [primary.name, associated.name].find((name) => names.includes(name))
  if (taken !== undefined)
    return new ApiError('E0000195', `there is a linked object that is called ${taken}`)
  return present.length < limits.linkedObjectDefinitionsMax
    ? new Overtaken('definitions of linked objects')
    : invalid(
        'linkedObject',
        `linkedObject: There are at most ${limits.linkedObjectDefinitionsMax} linked object definitions`,
      )
}

/** Before the routes of schemas, of which one is named in the same place. */
export const linkedObjectRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List linked object definitions',
    scope: READ,
    output: z.array(LinkedObjectOutput),
    async handle(_input, { db, origin }) {
      const definitions = await linkedObjectDefinitions(db)
      return new ListAnswer(whole(definitions.map((one) => present(one, origin))))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a linked object definition',
    scope: MANAGE,
    body: LinkedObjectInput,
    subject: 'linkedObject',
    output: LinkedObjectOutput,
    status: 201,
    async handle({ body }, context) {
      const { db, nowSeconds, origin } = context
      const statement = insertLinkedObjectDefinition(db, body, nowSeconds)
      if (!(await context.commit([statement], change(body, 'create'))))
        throw await refusalOf(body, context)
      return present(body, origin)
    },
  }),
  route({
    method: 'GET',
    path: ONE_PATH,
    summary: 'Retrieve a linked object definition by the name of either side',
    scope: READ,
    output: LinkedObjectOutput,
    handle: async ({ params }, context) =>
      present(await definitionOf(params, 'linkedObjectName', context), context.origin),
  }),
  route({
    method: 'DELETE',
    path: ONE_PATH,
    summary: 'Delete a linked object definition with its links',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const definition = await definitionOf(params, 'linkedObjectName', context)
      const { name } = definition.primary
      await context.commitOr(
        definitionNotFound(name),
        [deleteLinkedObjectDefinition(context.db, name)],
        {
          ...change(definition, 'delete'),
          audiences: [{ relation: 'linkedObject', values: [name], tells: 'stale' }],
        },
      )
    },
  }),
]
