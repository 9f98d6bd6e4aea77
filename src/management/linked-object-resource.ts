/** What routes of linked objects begin with: the definition that a name means. */
import type { LinkedObjectDefinition } from '../domain/linked-object.ts'
import { notFound } from '../protocol/api-errors.ts'
import { linkedObjectDefinitions } from '../store/linked-objects.ts'
import type { ManagementContext } from './context.ts'
import { idParam, type Params } from './route.ts'

const TYPE = 'LinkedObject'

export const definitionNotFound = (name: string): Error => notFound(name, TYPE)

/** The definition that a path means by the name of either side; names differ by case. Throws E0000007. */
export async function definitionOf(
  params: Params,
  parameter: string,
  { db }: ManagementContext,
): Promise<LinkedObjectDefinition> {
  const name = idParam(params, parameter, TYPE)
  const found = (await linkedObjectDefinitions(db)).find(
    ({ primary, associated }) => name === primary.name || name === associated.name,
  )
  if (found === undefined) throw definitionNotFound(name)
  return found
}

/** The same for a path that names the primary side only. */
export async function definitionByPrimary(
  params: Params,
  parameter: string,
  context: ManagementContext,
): Promise<LinkedObjectDefinition> {
  const definition = await definitionOf(params, parameter, context)
  if (definition.primary.name !== params[parameter]) throw definitionNotFound(params[parameter]!)
  return definition
}

export const definitionTarget = ({ primary }: LinkedObjectDefinition) => ({
  id: primary.name,
  type: TYPE,
  alternateId: null,
  displayName: primary.title,
})
