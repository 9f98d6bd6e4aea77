/** One call of the contract: an operation of Okta's, performed once or more with real data, in the order of the tables. */
import type { Json } from '../../json.ts'

/** What earlier answers gave: path parameters by their names, and whatever else a later call sends. */
export type Known = Record<string, string>

export interface Call {
  /** Okta's operationId. Its path parameters are taken from what is known by the same names. */
  readonly operation: string
  /** Told apart in the report where an operation is called more than once. */
  readonly what?: string
  /** What is put into the database before, because no door makes it yet: one SQL statement. */
  readonly given?: (known: Known) => string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Json | ((known: Known) => Json)
  /** The API token that calls, by its name among what is known; otherwise the bootstrap token. */
  readonly as?: string
  /** What to remember of the answer: the name, and the member as a path with dots. */
  readonly keep?: Readonly<Record<string, string>>
}
