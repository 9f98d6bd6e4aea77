/** Secrets of a local start: the environment wins, then `.dev.vars`; what neither has is made and kept there. */
import { appendFileSync, chmodSync, existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { makeSecret, type Secrets } from '../secrets.ts'

const NAMES = [
  'KEY_ENCRYPTION_KEY',
  'BOOTSTRAP_API_TOKEN',
  'BOOTSTRAP_ADMIN_LOGIN',
  'BOOTSTRAP_ADMIN_PASSWORD',
] as const

export interface LocalSecrets {
  readonly values: Secrets
  /** What this start made. */
  readonly generated: Secrets
}

export function localSecrets(path: string, origin: string): LocalSecrets {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const kept = parseEnv(text)
  const values: Record<string, string> = {}
  const generated: Record<string, string> = {}
  for (const name of NAMES) {
    const value = process.env[name] || kept[name]
    if (value) values[name] = value
    else values[name] = generated[name] = makeSecret(name, origin) ?? ''
  }
  const lines = Object.entries(generated).map(([name, value]) => `${name}=${value}\n`)
  if (lines.length > 0) {
    const separator = text === '' || text.endsWith('\n') ? '' : '\n'
    appendFileSync(path, separator + lines.join(''), { mode: 0o600 })
    chmodSync(path, 0o600)
  }
  return { values, generated }
}
