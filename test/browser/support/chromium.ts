/** Chromium where this machine has it. On Debian as root it is installed when it is missing. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** The path of a program, null when there is none. */
function programAt(name: string): string | null {
  const candidates = isAbsolute(name)
    ? [name]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not here.
    }
  }
  return null
}

const found = (): string | null => programAt(process.env['CHROMIUM'] || 'chromium')

function install(): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']])
    execFileSync('apt-get', args, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Throws where there is no Chromium and none can be installed. */
export function ensureChromium(): string {
  const present = found()
  if (present !== null) return present
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version') && !process.env['CHROMIUM'])
    install()
  const installed = found()
  if (installed !== null) return installed
  throw new Error(
    'The browser tests need Chromium: install it so that `chromium` is in the PATH, or say where it is in CHROMIUM.',
  )
}
