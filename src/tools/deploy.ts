/**
 * `npm run deploy -- --origin https://auth.example.com`: takes this product to an operator's Cloudflare
 * account. Reads the command line and the template, and lends the driver the real world.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { experimental_readRawConfig } from 'wrangler'
import { parseArguments } from './deploy/arguments.ts'
import { requiredSecrets, templateName } from './deploy/config.ts'
import { deploy } from './deploy/driver.ts'
import { hasTerminal, makeRun } from './deploy/process.ts'
import type { Print } from './deploy/report.ts'

const REFUSED = 2

const print: Print = (text) =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })

async function main(): Promise<number> {
  const root = join(import.meta.dirname, '..', '..')
  const { rawConfig } = experimental_readRawConfig({ config: join(root, 'wrangler.toml') })
  const template: Readonly<Record<string, unknown>> = { ...rawConfig }
  const parsed = parseArguments(process.argv.slice(2), templateName(template))
  if (!parsed.ok) {
    process.stderr.write(`${parsed.problem}\n`)
    return REFUSED
  }
  return deploy(parsed.options, {
    root,
    template,
    environment: process.env,
    run: makeRun(root, process.env, requiredSecrets(template)),
    fetcher: fetch,
    print,
    terminal: hasTerminal(),
    clockwork: { now: Date.now, sleep: (milliseconds) => sleep(milliseconds) },
  })
}

process.exitCode = await main()
