/**
 * The few wrangler commands a deployment consists of, with their answers read and their failures turned into
 * messages for the operator. Nothing secret is ever an argument: secrets travel over standard input.
 */
import type { Outcome, Run } from './process.ts'
import { DeployError } from './report.ts'
import type { Secrets } from '../secrets.ts'

export interface Account {
  readonly id: string
  readonly name: string
}

export interface RemoteDatabase {
  readonly id: string
  readonly name: string
}

type Row = Readonly<Record<string, unknown>>

const LAST_LINES = 25

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null

function failure(what: string, outcome: Outcome, remedy: string): DeployError {
  const said = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').slice(-LAST_LINES)
  return new DeployError(`${what} failed. ${remedy}\n${said.join('\n')}`.trim())
}

/** The JSON in an output that may have notices before or after it. */
function readJson(what: string, outcome: Outcome): unknown {
  const lines = outcome.stdout.split('\n')
  const first = lines.findIndex((line) => /^[[{]/.test(line))
  const last = lines.findLastIndex((line) => /[\]}]\s*$/.test(line))
  try {
    return JSON.parse(lines.slice(first, last + 1).join('\n'))
  } catch {
    throw failure(what, outcome, 'Its answer is not the JSON that wrangler 4.155 prints.')
  }
}

function readRows(what: string, outcome: Outcome): readonly Row[] {
  const rows = readJson(what, outcome)
  if (Array.isArray(rows) && rows.every(isRow)) return rows
  throw failure(what, outcome, 'Its answer is not the list that wrangler 4.155 prints.')
}

const field = (row: Row, name: string): string => {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

export class Wrangler {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  /** The accounts that the login reaches, or null when nobody is logged in. */
  async accounts(): Promise<readonly Account[] | null> {
    const outcome = await this.#run('wrangler', ['whoami', '--json'])
    if (outcome.code !== 0) return null
    const answer = readJson('wrangler whoami', outcome)
    const accounts = isRow(answer) ? answer['accounts'] : undefined
    if (!Array.isArray(accounts)) return []
    return accounts
      .filter(isRow)
      .map((account) => ({ id: field(account, 'id'), name: field(account, 'name') }))
  }

  async databases(): Promise<readonly RemoteDatabase[]> {
    const outcome = await this.#run('wrangler', ['d1', 'list', '--json'])
    if (outcome.code !== 0)
      throw failure(
        'wrangler d1 list',
        outcome,
        'The login or API token needs the permissions "D1: Edit" and "Workers Scripts: Edit" on one account.',
      )
    return readRows('wrangler d1 list', outcome).map((row) => ({
      id: field(row, 'uuid'),
      name: field(row, 'name'),
    }))
  }

  async createDatabase(name: string): Promise<void> {
    const outcome = await this.#run('wrangler', ['d1', 'create', name])
    if (outcome.code !== 0)
      throw failure(
        `wrangler d1 create ${name}`,
        outcome,
        'Put right what it says, then run this again.',
      )
  }

  async applyMigrations(binding: string, configFile: string): Promise<string> {
    const args = ['d1', 'migrations', 'apply', binding, '--remote', '--config', configFile]
    const outcome = await this.#run('wrangler', args)
    if (outcome.code !== 0)
      throw failure(
        `wrangler d1 migrations apply ${binding}`,
        outcome,
        'The failed migration was rolled back and the deployed Worker was not touched. Put right what it says, then run this again.',
      )
    return outcome.stdout
  }

  /** The names of the Worker's secrets, or null when there is no such Worker. */
  async secretNames(worker: string): Promise<readonly string[] | null> {
    const args = ['secret', 'list', '--name', worker, '--format', 'json']
    const outcome = await this.#run('wrangler', args)
    if (outcome.code === 0)
      return readRows('wrangler secret list', outcome).map((row) => field(row, 'name'))
    if (/Worker ".*" not found/.test(`${outcome.stdout}\n${outcome.stderr}`)) return null
    throw failure('wrangler secret list', outcome, 'Put right what it says, then run this again.')
  }

  /** Makes the Worker, without code, when it does not exist yet. */
  async setSecrets(worker: string, secrets: Secrets): Promise<void> {
    const outcome = await this.#run('wrangler', ['secret', 'bulk', '--name', worker], {
      stdin: JSON.stringify(secrets),
    })
    if (outcome.code !== 0)
      throw failure('wrangler secret bulk', outcome, 'Put right what it says, then run this again.')
  }

  async upload(configFile: string): Promise<string> {
    const args = ['deploy', '--config', configFile]
    const outcome = await this.#run('wrangler', args, { terminal: true })
    if (outcome.code !== 0)
      throw failure('wrangler deploy', outcome, 'Put right what it says, then run this again.')
    return outcome.stdout
  }

  async proveConfig(configFile: string, outputFolder: string): Promise<string> {
    const args = ['deploy', '--config', configFile, '--dry-run', '--outdir', outputFolder]
    const outcome = await this.#run('wrangler', args)
    if (outcome.code !== 0)
      throw failure('wrangler deploy --dry-run', outcome, 'The code or wrangler.toml is not valid.')
    return outcome.stdout
  }
}
