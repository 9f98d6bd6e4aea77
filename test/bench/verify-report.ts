/** The table of verification, as Markdown. */
import { formatNumber, range, table } from './report.ts'
import { differences, summarize } from './statistics.ts'
import { VERIFY_SIDES, type VerifySide } from './verify-work.ts'

export interface VerificationRow {
  readonly alg: string
  readonly side: VerifySide
  /** Microseconds of CPU a call, one entry a round. */
  readonly cpu: readonly number[]
}

export interface Verification {
  readonly rows: readonly VerificationRow[]
  /** How often the revocation feed of a server was read meanwhile. */
  readonly pulls: number
  /** Seconds. */
  readonly elapsed: number
}

const [ALONE] = VERIFY_SIDES
const PULL_SECONDS = 20

export function verificationTable({ rows, pulls, elapsed }: Verification): string {
  const head = ['one token', 'CPU µs/call', `µs more than ${ALONE}`]
  const lines = rows.map(({ alg, side, cpu }) => {
    const alone = rows.find((row) => row.alg === alg && row.side === ALONE)!
    return [`${alg} ${side}`, range(summarize(cpu), 1), range(differences(cpu, alone.cpu), 1)]
  })
  const often = formatNumber((pulls / elapsed) * PULL_SECONDS, 2)
  return `${table(head, lines)}\n\nReads of a revocation feed in ${PULL_SECONDS} s: ${often}, however many calls`
}
