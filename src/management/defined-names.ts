/** What expressions can name of what the org has defined, read when one is saved. */
import type { DefinedNames } from '../claims/expression/defined.ts'
import { allAttributes } from '../domain/profile-schema.ts'
import { linkedObjectDefinitions } from '../store/linked-objects.ts'
import { customAttributes } from '../store/profile-attributes.ts'
import type { ManagementContext } from './context.ts'

export async function definedNames({ db }: ManagementContext): Promise<DefinedNames> {
  const [attributes, relations] = await Promise.all([
    customAttributes(db),
    linkedObjectDefinitions(db),
  ])
  return {
    attributes: new Set(allAttributes(attributes).keys()),
    primaries: new Set(relations.map(({ primary }) => primary.name)),
  }
}
