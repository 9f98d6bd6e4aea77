/** What the reference says of each thing of the language: of a function, an operator, an object, a form. */
import type { Value } from './tree.ts'

export interface Described {
  /** One sentence; what is between backticks is code. */
  readonly says: string
  /** An expression and its result, which the tests evaluate. */
  readonly example: readonly [expression: string, result: Value]
}
