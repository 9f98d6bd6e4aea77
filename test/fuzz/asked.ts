/** What `npm run fuzz` asks the process for that it starts, and what it hears from it. */
export interface AskedFuzz {
  readonly surface: string
  /** Only what takes requests apart. */
  readonly readers: boolean
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

/** The variable that brings it there. */
export const ASKED_FUZZ = 'FUZZ'

/** So many inputs are told of at once, before the first of them begins. */
export const STEP = 10

/** Asked before each input: tells where it is, and whether there is time for it. */
export function untilOver({ from, minutes }: AskedFuzz): (index: number) => boolean {
  const end = performance.now() + minutes * 60_000
  return (index) => {
    if ((index - from) % STEP === 0) console.log(`begins input ${index}`)
    return performance.now() < end
  }
}

/** The input that such a line tells of. Null: it is for whoever reads. */
export function begun(line: string): number | null {
  const [, index] = /^begins input (\d+)$/.exec(line) ?? []
  return index === undefined ? null : Number(index)
}
