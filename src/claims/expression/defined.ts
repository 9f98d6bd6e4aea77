/** Names in expressions that mean something only because the org has defined it. */
import { ExpressionRefused } from './cursor.ts'
import type { Expression } from './tree.ts'

export interface DefinedNames {
  /** Of the profile of users. */
  readonly attributes: ReadonlySet<string>
  /** Of the primary sides of linked objects. */
  readonly primaries: ReadonlySet<string>
}

function refusal({ attributes, primaries }: DefinedNames, expression: Expression): string | null {
  const missing = (name: string): string | null =>
    attributes.has(name) ? null : `the profile of users has no attribute "${name}"`
  if (expression.kind === 'linked')
    return primaries.has(expression.name)
      ? missing(expression.attribute)
      : `there is no linked object whose primary is called "${expression.name}"`
  if (expression.kind !== 'attribute') return null
  const [object, name, ...parts] = expression.path
  if (object !== 'user' || name === undefined) return null
  return parts.length > 0 ? `an attribute of a user has no parts` : missing(name)
}

/** Throws ExpressionRefused for what names nothing. Without names anything may be defined. */
export function expectDefined(
  defined: DefinedNames | null,
  at: number,
  expression: Expression,
): Expression {
  const refused = defined && refusal(defined, expression)
  if (refused !== null) throw new ExpressionRefused(at, refused)
  return expression
}
