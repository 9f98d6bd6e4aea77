/** The value of a tree for one token. Total and bounded: it walks the tree, no I/O, no host objects. */
import type { Expression } from './parser.ts'

export type Value =
  string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

/** What an expression may read. */
export interface ExpressionScope {
  readonly app: {
    readonly id: string
    readonly clientId: string
    readonly label: string
    readonly profile: Readonly<Record<string, unknown>>
  }
  readonly access: { readonly scope: readonly string[] }
}

export function evaluateExpression(expression: Expression, scope: ExpressionScope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'array':
      return expression.items.map((item) => evaluateExpression(item, scope))
    case 'attribute':
      return attribute(scope, expression.path)
  }
}

// Own properties only: a path like app.profile.constructor must find nothing.
function attribute(scope: ExpressionScope, path: readonly string[]): Value {
  let value: unknown = scope
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    if (!Object.hasOwn(value, name)) return null
    value = (value as Record<string, unknown>)[name]
  }
  return (value ?? null) as Value
}
