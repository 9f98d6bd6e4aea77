/**
 * What a deployment keeps on the operator's disk, in the ignored folder `.deploy/`: its databases' ids, the
 * generated configuration and, only while they are not printed yet, the generated secrets.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { DatabaseIds } from './config.ts'
import { DeployError } from './report.ts'
import type { Secrets } from '../secrets.ts'

export interface State {
  readonly origin: string
  readonly databases: DatabaseIds
  /** A token has been minted against this deployment once. */
  readonly verified: boolean
}

/** The whole file or the old one: a run that dies while it writes loses nothing. */
async function writeWhole(file: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const fresh = `${file}.new`
  await rm(fresh, { force: true })
  await writeFile(fresh, content, { mode })
  await chmod(fresh, mode)
  await rename(fresh, file)
}

/** How a file of the folder is called in a message: short, and the same on every machine. */
export const display = (file: string): string => `.deploy/${basename(file)}`

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw cause
  }
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isTextTable = (value: unknown): value is Readonly<Record<string, string>> =>
  isTable(value) && Object.values(value).every((entry) => typeof entry === 'string')

function parse(file: string, content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    throw new DeployError(
      `${display(file)} is not JSON. Restore it or remove it, then run this again.`,
    )
  }
}

export class DeployFolder {
  readonly stateFile: string
  readonly configFile: string
  readonly dryRunFile: string
  readonly secretsFile: string

  constructor(root: string, name: string) {
    const folder = join(root, '.deploy')
    this.stateFile = join(folder, `${name}.json`)
    this.configFile = join(folder, `${name}.wrangler.json`)
    this.dryRunFile = join(folder, `${name}.dry-run.json`)
    this.secretsFile = join(folder, `${name}.secrets`)
  }

  async readState(): Promise<State | null> {
    const content = await readIfThere(this.stateFile)
    if (content === null) return null
    const state = parse(this.stateFile, content)
    const { origin, databases, verified } = isTable(state) ? state : {}
    if (typeof origin !== 'string' || !isTextTable(databases))
      throw new DeployError(`${display(this.stateFile)} is damaged. Restore it or remove it.`)
    return { origin, databases, verified: verified === true }
  }

  writeState(state: State): Promise<void> {
    return writeWhole(this.stateFile, `${JSON.stringify(state, null, 2)}\n`, 0o644)
  }

  writeConfig(file: string, config: Readonly<Record<string, unknown>>): Promise<void> {
    return writeWhole(file, `${JSON.stringify(config, null, 2)}\n`, 0o644)
  }

  async readSecrets(): Promise<Secrets> {
    const content = await readIfThere(this.secretsFile)
    if (content === null) return {}
    const secrets = parse(this.secretsFile, content)
    if (isTextTable(secrets)) return secrets
    throw new DeployError(
      `${display(this.secretsFile)} is damaged. Move it away, then run this again.`,
    )
  }

  async writeSecrets(secrets: Secrets): Promise<void> {
    if (Object.keys(secrets).length === 0) await rm(this.secretsFile, { force: true })
    else await writeWhole(this.secretsFile, `${JSON.stringify(secrets, null, 2)}\n`, 0o600)
  }
}
