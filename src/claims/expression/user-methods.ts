/** What an expression asks of the user beside the profile: by names in quotes, which are read with the expression. */
import { constantOf } from './check.ts'
import { ExpressionRefused, type Cursor, type Placed } from './cursor.ts'
import type { Expression } from './tree.ts'

/** Reads what follows the arguments, too. Throws ExpressionRefused. */
type UserMethod = (at: number, args: readonly Placed[], cursor: Cursor) => Expression

const INTERNAL = 'user.getInternalProperty'
const LINKED = 'user.getLinkedObject'

/** The one argument as it stands in the expression. */
const nameIn = (args: readonly Placed[]): unknown =>
  args.length === 1 ? constantOf(args[0]!.tree) : undefined

function internal(at: number, args: readonly Placed[]): Expression {
  const property = nameIn(args)
  if (property === 'id' || property === 'status') return { kind: 'internal', property }
  throw new ExpressionRefused(args[0]?.at ?? at, `"${INTERNAL}" takes "id" or "status"`)
}

function linked(at: number, args: readonly Placed[], cursor: Cursor): Expression {
  const name = nameIn(args)
  if (typeof name !== 'string')
    throw new ExpressionRefused(args[0]?.at ?? at, `"${LINKED}" takes a primary name in quotes`)
  const { at: end } = cursor.peek
  if (cursor.isNext('.', '!') || !cursor.takeSign('.'))
    throw new ExpressionRefused(end, `expected "." and an attribute of the user that is linked`)
  return { kind: 'linked', name, attribute: cursor.expectName() }
}

export const USER_METHODS: ReadonlyMap<string, UserMethod> = new Map([
  [INTERNAL, internal],
  [LINKED, linked],
])
