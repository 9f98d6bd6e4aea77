/** What an expression is once it was read, and what it can come to. */
import type { Program } from './pattern/program.ts'

export type Value =
  string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

/** Operators between two values, from the one that binds least. */
export const OPERATORS = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+'],
] as const satisfies readonly (readonly string[])[]

export type Operator = (typeof OPERATORS)[number][number]

export type InternalProperty = 'id' | 'status'

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'attribute'; readonly path: readonly string[] }
  /** user.getInternalProperty: what is known of a user beside the profile. */
  | { readonly kind: 'internal'; readonly property: InternalProperty }
  /** user.getLinkedObject: an attribute of the primary of the user in a relation. */
  | { readonly kind: 'linked'; readonly name: string; readonly attribute: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly kind: 'matches'
      readonly text: Expression
      readonly pattern: string
      readonly program: Program
    }
  | {
      readonly kind: 'choice'
      readonly test: Expression
      readonly yes: Expression
      readonly no: Expression
    }
  /** `value ?: otherwise`: the second where the first is null or empty. */
  | { readonly kind: 'elvis'; readonly value: Expression; readonly otherwise: Expression }
  | { readonly kind: 'item'; readonly of: Expression; readonly index: Expression }
  /** `of.![member]`: that member of each. */
  | { readonly kind: 'projection'; readonly of: Expression; readonly member: string }

/** What stands for an argument that is no value. */
export type Argument =
  | Expression
  /** A regular expression in quotes. */
  | { readonly kind: 'pattern'; readonly source: string; readonly program: Program }
  /** An expression in quotes, about each of several groups. */
  | { readonly kind: 'ofGroup'; readonly source: string; readonly expression: Expression }
  /** `{"group.id": value}`: what is asked of a group. */
  | {
      readonly kind: 'criteria'
      readonly operator: CriteriaOperator
      readonly entries: readonly (readonly [Criterion, Expression])[]
    }

/** What of a group can be asked for. */
export const CRITERIA = ['group.id', 'group.type', 'group.source.id', 'group.profile.name'] as const

export type Criterion = (typeof CRITERIA)[number]

/** How names of groups are compared. */
export const CRITERIA_OPERATORS = ['EXACT', 'STARTS_WITH'] as const

export type CriteriaOperator = (typeof CRITERIA_OPERATORS)[number]
