/**
 * The value of a compiled expression for one token. Total and bounded: it goes through its parts at most once, without
 * I/O and without objects of the host, and each step is charged with the size of what it touches. What has no value
 * makes the whole fail.
 */
import type { GroupOfPerson, Person } from '../../domain/person.ts'
import type { groupValue } from './functions/groups.ts'
import { NoValue, Run, type Evaluable } from './run.ts'
import { Steps } from './steps.ts'
import type { InternalProperty, Value } from './tree.ts'

/** What an expression may read. */
export interface ExpressionScope {
  readonly app: {
    readonly id: string
    readonly clientId: string
    readonly label: string
    readonly profile: Readonly<Record<string, unknown>>
  }
  readonly access: { readonly scope: readonly string[] }
  readonly org: { readonly name: string | null; readonly subDomain: string }
  /** The profile; null: the client acts for itself. */
  readonly user: Readonly<Record<string, unknown>> | null
  /** The profile of the assignment, with the userName. */
  readonly appuser: Readonly<Record<string, unknown>> | null
  readonly session: { readonly amr: readonly string[] } | null
  /** In an expression about a group. */
  readonly group?: ReturnType<typeof groupValue>
}

/** What functions are told beside their arguments. */
export interface Surroundings {
  readonly internal: Readonly<Record<InternalProperty, string>> | null
  /** Null: the client acts for itself. Undefined: it is not known, and what asks fails. */
  readonly groups: readonly GroupOfPerson[] | null | undefined
  /** The profiles of the primaries of the user by the names of the relations; null and undefined as of groups. */
  readonly linked: Person['linked'] | null
  readonly isCodeFlow: boolean
  readonly nowMillis: number
}

export type Evaluated =
  { readonly outcome: 'value'; readonly value: Value } | { readonly outcome: 'failed' }

export function evaluateExpression(
  evaluable: Evaluable,
  scope: ExpressionScope,
  surroundings: Surroundings,
  steps = new Steps(),
): Evaluated {
  const run = new Run(scope, surroundings, steps)
  try {
    const value = evaluable(run)
    run.measure(value)
    return { outcome: 'value', value }
  } catch (error) {
    if (error instanceof NoValue) return { outcome: 'failed' }
    throw error
  }
}
