/** What came of requests: how often each status, what was wrong, and which took longest. */

export interface Failure {
  readonly index: number
  /** That many from the index on, of which it is one. */
  readonly inputs?: number
  readonly problem: string
  /** The request, whole. Ids and tokens in it are of the run. */
  readonly request: string
}

export interface Report {
  inputs: number
  /** How often each status was answered, by kind. */
  readonly statuses: Map<string, Map<string, number>>
  readonly failures: Failure[]
  /** Of the request the method and the path alone. */
  slowest: { readonly milliseconds: number; readonly index: number; readonly request: string }
}

export const newReport = (): Report => ({
  inputs: 0,
  statuses: new Map(),
  failures: [],
  slowest: { milliseconds: 0, index: -1, request: '' },
})

/** One more answer of a kind. */
export function count({ statuses }: Report, kind: string, status: string): void {
  const counts = statuses.get(kind) ?? new Map<string, number>()
  statuses.set(kind, counts.set(status, (counts.get(status) ?? 0) + 1))
}

export const printProgress = ({ inputs, failures }: Report): void =>
  console.log(`${inputs} done, ${failures.length} failures`)

export function printReport({ inputs, statuses, failures, slowest }: Report): void {
  const { milliseconds, index, request } = slowest
  const sorted = (counts: ReadonlyMap<string, number>): string =>
    [...counts].sort(([one], [other]) => one.localeCompare(other)).map(([status, times]) => `${status} × ${times}`).join(', ')
  const all = new Map<string, number>()
  for (const counts of statuses.values())
    for (const [status, times] of counts) all.set(status, (all.get(status) ?? 0) + times)
  const lines = [
    ...[...statuses].map(([kind, counts]) => `${kind}: ${sorted(counts)}`),
    `all ${inputs}: ${sorted(all)}`,
    `slowest: ${milliseconds} ms, input ${index}: ${request}`,
    `${failures.length} failures`,
  ]
  for (const line of lines) console.log(line)
} // prettier-ignore
