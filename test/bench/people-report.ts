/** The table of flows with people, as Markdown: medians with the extremes of the rounds in parentheses. */
import type { RunFigures } from './measure.ts'
import type { FlowCount } from './people-counting.ts'
import { formatNumber, range, table } from './report.ts'
import { ratios, summarize } from './statistics.ts'

/** Figures of the rounds by algorithm and flow: `ES256 userinfo`. */
export type FlowRuns = Map<string, readonly RunFigures[]>

/** What everything is held against. */
const LEAST = 'client_credentials'

export function flowTable(
  algorithms: readonly string[],
  runs: FlowRuns,
  counts: readonly FlowCount[],
): string {
  const head = ['flow', 'req/s', 'p50 ms', 'p90 ms', 'CPU µs', `req/s ÷ ${LEAST}`, `CPU ÷ ${LEAST}`, 'D1', 'Durable Object'] // prettier-ignore
  const row = (alg: string, { flow, d1, durableObject }: FlowCount): string[] => {
    const of = (name: string, key: keyof RunFigures): number[] =>
      (runs.get(`${alg} ${name}`) ?? []).map((figures) => figures[key])
    const against = (key: keyof RunFigures): string =>
      range(ratios(of(flow, key), of(LEAST, key)), 2)
    const median = (key: keyof RunFigures): string =>
      formatNumber(summarize(of(flow, key)).median, 1)
    return [
      `${alg} ${flow}`,
      range(summarize(of(flow, 'perSecond'))),
      median('p50'),
      median('p90'),
      range(summarize(of(flow, 'cpu'))),
      against('perSecond'),
      against('cpu'),
      String(d1),
      String(durableObject),
    ]
  }
  return table(
    head,
    algorithms.flatMap((alg) => counts.map((count) => row(alg, count))),
  )
}
