/** What `npm run fuzz` asks the tests of the Worker for. */
export interface AskedFuzz {
  readonly surface: string
  readonly inputs: number
  readonly seed: number
  /** The first of them. */
  readonly from: number
  /** When to stop, however many are left. */
  readonly minutes: number
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Null: a fixed sample of every surface. */
    readonly fuzz: AskedFuzz | null
  }
}

/** The variable that brings it to the configuration of vitest. */
export const ASKED_FUZZ = 'FUZZ'
