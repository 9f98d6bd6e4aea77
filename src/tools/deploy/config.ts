/**
 * The wrangler configuration of one deployment, made from wrangler.toml, which stays the single place for
 * everything that all deployments share. Pure: reading the template and writing the result happen elsewhere.
 */
import { isWorkersDev } from './arguments.ts'

type Table = Readonly<Record<string, unknown>>

/** Ids of databases by the name of their binding. */
export type DatabaseIds = Readonly<Record<string, string>>

export interface Database {
  readonly binding: string
  readonly name: string
  /** As the template has it, so relative to the template. */
  readonly migrationsDir: string
}

export interface Deployment {
  readonly name: string
  readonly origin: string
  readonly databaseIds: DatabaseIds
  /** From a path relative to the template to one relative to the generated file. */
  readonly rebase: (path: string) => string
}

/** The second database takes the rest of its binding's name, so that both belong visibly together. */
const DATABASE_SUFFIX: ReadonlyMap<string, string> = new Map([
  ['DB', ''],
  ['LOG_DB', '-log'],
])

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (table: Table, key: string): string => {
  const value = table[key]
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`wrangler.toml: ${key} is missing`)
}

function tables(template: Table, key: string): readonly Table[] {
  const list = template[key]
  if (Array.isArray(list) && list.every(isTable)) return list
  throw new Error(`wrangler.toml: ${key} is missing`)
}

export const templateName = (template: Table): string => text(template, 'name')

export function requiredSecrets(template: Table): readonly string[] {
  const secrets = template['secrets']
  const required: unknown = isTable(secrets) ? secrets['required'] : undefined
  if (Array.isArray(required) && required.every((name) => typeof name === 'string')) return required
  throw new Error('wrangler.toml: secrets.required is missing')
}

export function databases(template: Table, name: string): readonly Database[] {
  return tables(template, 'd1_databases').map((table) => {
    const binding = text(table, 'binding')
    const suffix = DATABASE_SUFFIX.get(binding)
    if (suffix === undefined)
      throw new Error(`wrangler.toml: say in src/tools/deploy/config.ts how ${binding} is named`)
    return { binding, name: `${name}${suffix}`, migrationsDir: text(table, 'migrations_dir') }
  })
}

export function generateConfig(template: Table, deployment: Deployment): Record<string, unknown> {
  const { name, origin, databaseIds, rebase } = deployment
  const host = new URL(origin).hostname
  const named = new Map(databases(template, name).map((database) => [database.binding, database]))
  // `dev` is for this machine only; environments would make several Workers out of one configuration.
  const { dev: _dev, env: _env, ...shared } = template
  const vars = isTable(template['vars']) ? template['vars'] : {}
  return {
    ...shared,
    name,
    main: rebase(text(template, 'main')),
    d1_databases: tables(template, 'd1_databases').map((table) => {
      const binding = text(table, 'binding')
      const id = databaseIds[binding]
      return {
        ...table,
        database_name: named.get(binding)?.name,
        migrations_dir: rebase(text(table, 'migrations_dir')),
        ...(id === undefined ? {} : { database_id: id }),
      }
    }),
    vars: { ...vars, ORIGIN: origin, OUTBOUND_ALLOWED_ORIGINS: '' },
    // One origin only: a second host name would be a way around what the operator puts before the first.
    workers_dev: isWorkersDev(host),
    preview_urls: false,
    ...(isWorkersDev(host) ? {} : { routes: [{ pattern: host, custom_domain: true }] }),
  }
}
