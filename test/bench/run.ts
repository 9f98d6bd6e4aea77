/** What every kind of run is given by the command. */
import type { BenchOptions } from './options.ts'
import type { Pinning } from './processes.ts'

export interface BenchRun {
  /** The folder of the built product, and its main module. */
  readonly product: string
  readonly main: string
  /** For what is generated; it goes when the command ends. */
  readonly temporary: string
  readonly pinning: Pinning | null
  readonly options: BenchOptions
}
