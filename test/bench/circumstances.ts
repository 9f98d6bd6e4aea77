/** On what a run was measured. */
import { createRequire } from 'node:module'
import { cpus, release } from 'node:os'
import type { Pinning } from './processes.ts'

export const today = (): string => new Date().toISOString().slice(0, 10)

/** The machine and the versions of what runs on it, a line each. */
export function machineOf(pinning: Pinning | null): readonly string[] {
  // It comes without types.
  const { version }: { version: string } = createRequire(import.meta.url)('workerd')
  const model = cpus()[0]?.model ?? 'unknown processor'
  const cores = pinning
    ? `servers on core ${pinning.server}, load on core ${pinning.generator}`
    : 'nothing pinned (no taskset, or a single core): the figures include each other'
  return [
    `${model}, ${cpus().length} cores, Linux ${release()}; ${cores}`,
    `workerd ${version}, Node ${process.versions.node} (OpenSSL ${process.versions.openssl})`,
  ]
}
