/**
 * The product's wrangler configuration as far as serving it needs it, read by wrangler itself so that
 * the benchmark runs what a deployment runs.
 */
import { join } from 'node:path'
import { unstable_readConfig } from 'wrangler'
import { REPOSITORY } from './bundle.ts'

/** What wrangler's own type says less exactly, or not at all. */
interface Configuration {
  readonly compatibility_date: string
  readonly compatibility_flags?: string[]
  readonly durable_objects: { bindings: { name: string; class_name: string }[] }
  readonly d1_databases: { binding: string; migrations_dir: string }[]
  readonly exports?: Readonly<Record<string, { type: string }>>
}

export const PRODUCT_CONFIGURATION = join(REPOSITORY, 'wrangler.toml')

export const readProductConfiguration = (): Configuration =>
  unstable_readConfig({ config: PRODUCT_CONFIGURATION })

/** Names of the classes that the product exports to the platform, by kind. */
export function productClasses(): { durableObjects: string[]; entrypoints: string[] } {
  const exported = Object.entries(readProductConfiguration().exports ?? {})
  const ofType = (type: string): string[] =>
    exported
      .filter(([name, entry]) => name !== 'default' && entry.type === type)
      .map(([name]) => name)
  return { durableObjects: ofType('durable-object'), entrypoints: ofType('worker') }
}
