/** What a test needs of this machine beside npm's packages. On Debian as root it is installed when it is missing. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

export interface Needed {
  /** A program to be found, or the path of a file. */
  readonly name: string
  /** Of Debian, which bring it. Without any it is never installed. */
  readonly packages: readonly string[]
}

/** Daemons stand in the second, which is in the PATH of root only. */
const folders = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/sbin',
]

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function pathOf(name: string): string | null {
  if (isAbsolute(name)) return existsSync(name) ? name : null
  return (
    folders()
      .map((folder) => join(folder, name))
      .find(isProgram) ?? null
  )
}

function install(packages: readonly string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]])
    execFileSync('apt-get', args, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The paths of all, in order. Throws where something is missing and cannot be installed. */
export function ensureInstalled(needed: readonly Needed[]): string[] {
  const missing = needed.filter(({ name }) => pathOf(name) === null)
  const packages = [...new Set(missing.flatMap((one) => one.packages))]
  if (packages.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version'))
    install(packages)
  return needed.map(({ name, packages }) => {
    const path = pathOf(name)
    if (path === null)
      throw new Error(`These tests need ${name}, of Debian's packages: ${packages.join(', ')}`)
    return path
  })
}
