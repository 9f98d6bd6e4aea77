/** Chromium where this machine has it, or where CHROMIUM says. On Debian as root it is installed when it is missing. */
import { ensureInstalled } from '../../e2e/debian.ts'

/** Throws where there is no Chromium and none can be installed. */
export function ensureChromium(): string {
  const named = process.env['CHROMIUM']
  const [path = ''] = ensureInstalled([
    { name: named || 'chromium', packages: named ? [] : ['chromium'] },
  ])
  return path
}
