/**
 * Walks the plan of a deployment, for real or dry, prints every step with its outcome, and hands the
 * generated secrets to the operator at the end.
 */
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import type { DeployOptions } from './arguments.ts'
import { databases, generateConfig, requiredSecrets, type Database } from './config.ts'
import type { Clockwork } from './discovery.ts'
import { DeployFolder, display, type State } from './folder.ts'
import { planSteps, type Step } from './plan.ts'
import type { Run } from './process.ts'
import { DeployError, Report, type Print } from './report.ts'
import { Steps } from './steps.ts'
import { Wrangler } from './wrangler.ts'
import { isConfidential, type Secrets } from '../secrets.ts'

export interface Surroundings {
  /** The folder that holds wrangler.toml. */
  readonly root: string
  readonly template: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly run: Run
  readonly fetcher: typeof fetch
  readonly print: Print
  readonly clockwork: Clockwork
  /** Whether wrangler can ask the operator. */
  readonly terminal: boolean
}

interface Course {
  readonly options: DeployOptions
  readonly surroundings: Surroundings
  readonly folder: DeployFolder
  readonly report: Report
  readonly plan: readonly Step[]
  readonly state: State
  readonly rebase: (path: string) => string
}

function migrationFiles(root: string, list: readonly Database[]): Record<string, string[]> {
  const entries = list.map(({ binding, migrationsDir }) => {
    const folder = join(root, migrationsDir)
    const files = existsSync(folder) ? readdirSync(folder) : []
    return [binding, files.filter((file) => file.endsWith('.sql')).sort()] as const
  })
  return Object.fromEntries(entries)
}

function startingState(state: State | null, origin: string, folder: DeployFolder): State {
  if (state === null) return { origin, databases: {}, verified: false }
  if (state.origin === origin) return state
  throw new DeployError(
    `This deployment was made for ${state.origin}. Another origin would change every issuer, so that no client and no token fits any more. Deploy under another --name, or, if you mean it, change "origin" in ${display(folder.stateFile)}.`,
  )
}

async function chart(options: DeployOptions, surroundings: Surroundings): Promise<Course> {
  const { root, template, environment, print } = surroundings
  const folder = new DeployFolder(root, options.name)
  const report = new Report(print)
  const required = requiredSecrets(template)
  for (const name of required.filter(isConfidential)) report.hide(environment[name])
  report.hide(environment['CLOUDFLARE_API_TOKEN'])
  const list = databases(template, options.name)
  const plan = planSteps({
    options,
    databases: list,
    requiredSecrets: required,
    givenSecrets: required.filter((name) => environment[name]),
    configFile: display(folder.configFile),
    migrationFiles: migrationFiles(root, list),
  })
  const state = startingState(await folder.readState(), options.origin, folder)
  const rebase = (path: string) =>
    relative(dirname(folder.configFile), join(root, path)).replaceAll(sep, '/')
  return { options, surroundings, folder, report, plan, state, rebase }
}

const heading = (step: Step, index: number, plan: readonly Step[]) =>
  `[${index + 1}/${plan.length}] ${step.title}`

async function proveUpload(course: Course): Promise<string> {
  const output = await mkdtemp(join(tmpdir(), 'deploy-dry-run-'))
  try {
    const wrangler = new Wrangler(course.surroundings.run)
    const said = await wrangler.proveConfig(course.folder.dryRunFile, output)
    return /^Total Upload.*$/m.exec(said)?.[0] ?? 'no size was printed'
  } finally {
    await rm(output, { recursive: true, force: true })
  }
}

async function walkDry(course: Course): Promise<void> {
  const { options, folder, report, plan, state, rebase, surroundings } = course
  const databaseIds = state.databases
  for (const [index, step] of plan.entries()) {
    await report.line(heading(step, index, plan))
    await report.detail(step.would)
    if (step.id === 'config') {
      const config = generateConfig(surroundings.template, { ...options, databaseIds, rebase })
      await folder.writeConfig(folder.dryRunFile, config)
      await report.detail(`written for this dry run to ${display(folder.dryRunFile)}`)
    }
    if (step.id === 'upload')
      await report.detail(`wrangler accepts configuration and code. ${await proveUpload(course)}`)
  }
  await report.line('Dry run: nothing was deployed or changed in the account.')
}

async function walk(course: Course): Promise<void> {
  const { options, surroundings, folder, report, plan, state, rebase } = course
  const wrangler = new Wrangler(surroundings.run)
  const steps = new Steps({ ...surroundings, options, folder, rebase, wrangler, report }, state)
  // What an earlier run generated must not show up in the output of wrangler either.
  for (const [name, value] of Object.entries(await folder.readSecrets()))
    if (isConfidential(name)) report.hide(value)
  for (const [index, step] of plan.entries()) {
    await report.line(heading(step, index, plan))
    await report.detail(await steps[step.id]())
  }
}

function secretsText(secrets: Secrets, origin: string): string {
  const lines = Object.entries(secrets).map(([name, value]) => `  ${name}=${value}`)
  return [
    '',
    `Generated secrets of ${origin}. They are printed this once and cannot be read back:`,
    '',
    ...lines,
    '',
    'Store KEY_ENCRYPTION_KEY offline: whoever loses it loses every signing key of this deployment.',
    'If this output goes to a log, remove it from there.',
    '',
  ].join('\n')
}

/** The file goes only after the secrets have been printed. */
async function handOver(course: Course): Promise<void> {
  const { folder, report, options } = course
  const secrets = await folder.readSecrets()
  if (Object.keys(secrets).length === 0) return
  await report.reveal(secretsText(secrets, options.origin))
  await folder.writeSecrets({})
}

async function explain(course: Course, cause: unknown): Promise<void> {
  const { folder, report } = course
  const said = cause instanceof Error ? cause.message : 'unknown failure'
  const trace = cause instanceof DeployError || !(cause instanceof Error) ? '' : (cause.stack ?? '')
  await report.line(`FAILED: ${said}`)
  if (trace !== '') await report.detail(trace)
  if (!existsSync(folder.secretsFile)) return
  await report.line(
    `Generated secrets are kept in ${display(folder.secretsFile)} (mode 0600), for you only. The next run uses them, prints them once it has succeeded and removes the file.`,
  )
}

/** Resolves to the exit code. */
export async function deploy(options: DeployOptions, surroundings: Surroundings): Promise<number> {
  let course: Course
  try {
    course = await chart(options, surroundings)
  } catch (cause) {
    if (!(cause instanceof DeployError)) throw cause
    await surroundings.print(`FAILED: ${cause.message}`)
    return 1
  }
  try {
    if (options.dryRun) {
      await walkDry(course)
      return 0
    }
    await walk(course)
    await handOver(course)
    await course.report.line(
      `Done. Issuers: ${options.origin} and ${options.origin}/oauth2/default`,
    )
    return 0
  } catch (cause) {
    await explain(course, cause)
    return 1
  }
}
