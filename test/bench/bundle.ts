/**
 * Builds Workers exactly as a deployment does (`wrangler deploy --dry-run`, so with the settings of
 * the given configuration) and reads the outcome as modules that Miniflare can serve.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { V4WorkerOptions } from 'miniflare'

type ModuleOptions = Extract<V4WorkerOptions, { modules: unknown[] }>
export type BundledModules = Pick<ModuleOptions, 'modules' | 'modulesRoot'>

export const REPOSITORY = join(import.meta.dirname, '..', '..')

const MODULE_TYPES: Readonly<Record<string, BundledModules['modules'][number]['type']>> = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.txt': 'Text',
  '.html': 'Text',
  '.sql': 'Text',
  '.bin': 'Data',
}

/** Bundles the Worker of a configuration, or `main` as it would, into `folder`; throws with wrangler's own words. */
export function buildWorker(configuration: string, folder: string, main?: string): void {
  mkdirSync(folder, { recursive: true })
  const wrangler = join(REPOSITORY, 'node_modules', '.bin', 'wrangler')
  const script = main === undefined ? [] : [main]
  const args = ['deploy', ...script, '--dry-run', '--outdir', folder, '--config', configuration]
  const { status, stdout, stderr } = spawnSync(wrangler, args, {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  })
  if (status !== 0)
    throw new Error(`wrangler could not build ${configuration}:\n${stdout}\n${stderr}`)
}

/** The same where nothing was built before. */
export function buildOnce(configuration: string, folder: string): void {
  if (!existsSync(folder)) buildWorker(configuration, folder)
}

/** Every module of a bundle, `main` first, which is how Miniflare knows where to begin. */
export function readModules(folder: string, main: string): BundledModules {
  const files = readdirSync(folder).filter((file) => extname(file) in MODULE_TYPES)
  if (!files.includes(main)) throw new Error(`the bundle in ${folder} has no ${main}`)
  const modules = [main, ...files.filter((file) => file !== main)].map((file) => ({
    type: MODULE_TYPES[extname(file)] ?? 'Data',
    path: join(folder, file),
  }))
  return { modules, modulesRoot: folder }
}
