/** Which parts of the source ran, by V8's precise coverage: what a request that reaches another part is known by. */
import { Session, type Profiler } from 'node:inspector'

const SOURCE = '/src/'

/** By script, a mark for each character that ran. */
export type Ran = ReadonlyMap<string, Uint8Array>

function ranOf(functions: Profiler.ScriptCoverage['functions']): Uint8Array {
  const ranges = functions.flatMap((one) => one.ranges)
  const ran = new Uint8Array(ranges.reduce((most, { endOffset }) => Math.max(most, endOffset), 0))
  // Ranges come before those inside of them, which say more.
  for (const { startOffset, endOffset, count } of ranges)
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  return ran
}

export class Coverage {
  readonly #session = new Session()
  readonly #known = new Map<string, Uint8Array>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** What ran since the last time that this was asked. */
  taken(): Ran {
    let ran: Ran = new Map()
    this.#session.post('Profiler.takePreciseCoverage', (_, taken) => {
      const ours = (taken?.result ?? []).filter(({ url }) => url.includes(SOURCE))
      ran = new Map(ours.map(({ url, functions }) => [url, ranOf(functions)]))
    })
    return ran
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** Whether something of it has not been learned before. */
  isNews(ran: Ran): boolean {
    for (const [url, marks] of ran) {
      const known = this.#known.get(url)
      for (let at = 0; at < marks.length; at++)
        if (marks[at] === 1 && known?.[at] !== 1) return true
    }
    return false
  }

  learn(ran: Ran): void {
    for (const [url, marks] of ran) {
      const known = this.#known.get(url) ?? new Uint8Array(marks.length)
      const longer = known.length < marks.length ? new Uint8Array(marks.length) : known
      if (longer !== known) longer.set(known)
      marks.forEach((mark, at) => {
        if (mark === 1) longer[at] = 1
      })
      this.#known.set(url, longer)
    }
  }
}
