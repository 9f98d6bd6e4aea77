/** On what a run was measured. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release } from 'node:os'
import type { Pinning } from './processes.ts'

export const today = (): string => new Date().toISOString().slice(0, 10)

/** What RSA signatures are fast with in OpenSSL, where the processor has it. */
const MULTIPLIES_WIDE = 'avx512ifma'

/** Virtual machines hide the name, but not which generation it is. */
function processorOf(): string {
  const name = cpus()[0]?.model ?? 'unknown processor'
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8')
    const [family, model] = ['cpu family', 'model'].map(
      (field) => new RegExp(`^${field}\\s*: (\\d+)$`, 'm').exec(text)?.[1],
    )
    if (family === undefined || model === undefined) return name
    const has = text.includes(` ${MULTIPLIES_WIDE} `) ? 'with' : 'without'
    return `${name} (family ${family}, model ${model}, ${has} ${MULTIPLIES_WIDE})`
  } catch {
    return name
  }
}

/** The machine and the versions of what runs on it, a line each. */
export function machineOf(pinning: Pinning | null): readonly string[] {
  // It comes without types.
  const { version }: { version: string } = createRequire(import.meta.url)('workerd')
  const cores = pinning
    ? `servers on core ${pinning.server}, load on core ${pinning.generator}`
    : 'nothing pinned (no taskset, or a single core): the figures include each other'
  return [
    `${processorOf()}, ${cpus().length} cores, Linux ${release()}; ${cores}`,
    `workerd ${version}, Node ${process.versions.node} (OpenSSL ${process.versions.openssl})`,
  ]
}
