/**
 * Vulnerabilities that others had, cause by cause: the tests that show it cannot happen here, why it cannot, and by
 * which change of the code they were seen to fail. A new one is a new row; a cause that does not apply has no test and
 * says why. `test/unit/vulnerabilities.test.ts` holds the table to the tests.
 */

export interface NamedTest {
  /** Below `test/`. */
  readonly file: string
  /** As it is written in the file. */
  readonly name: string
}

export interface Cause {
  readonly cause: string
  /** Empty: the cause does not apply. */
  readonly tests: readonly NamedTest[]
  /** Why it cannot happen here. */
  readonly because: string
  /** Null without tests: what was broken when they were red. "red when …" */
  readonly redWhen: string | null
}

export interface Vulnerability {
  readonly id: string
  readonly source: string
  readonly causes: readonly Cause[]
}

export const at = (file: string, ...names: readonly string[]): readonly NamedTest[] =>
  names.map((name) => ({ file, name }))
