/**
 * The steps of a deployment in their order, with what each would do. The driver walks this list and the dry
 * run prints it, so that the two cannot tell different stories.
 */
import type { DeployOptions } from './arguments.ts'
import { isWorkersDev } from './arguments.ts'
import type { Database } from './config.ts'

export type StepId =
  'login' | 'databases' | 'config' | 'migrations' | 'secrets' | 'upload' | 'discovery' | 'mint'

export interface Step {
  readonly id: StepId
  readonly title: string
  /** What a dry run says it would do. */
  readonly would: string
}

export interface PlanInput {
  readonly options: DeployOptions
  readonly databases: readonly Database[]
  readonly requiredSecrets: readonly string[]
  /** Names of the required secrets that the environment holds. */
  readonly givenSecrets: readonly string[]
  readonly configFile: string
  readonly migrationFiles: Readonly<Record<string, readonly string[]>>
}

function secretsSentence(required: readonly string[], given: readonly string[]): string {
  const generated = required.filter((name) => !given.includes(name))
  const sources = [
    given.length > 0 ? `from the environment: ${given.join(', ')}` : '',
    generated.length > 0 ? `generated: ${generated.join(', ')}` : '',
  ]
  return `would set those that the Worker lacks (${sources.filter((part) => part !== '').join('; ')}), and overwrite none`
}

export function planSteps(input: PlanInput): readonly Step[] {
  const { options, databases } = input
  const host = new URL(options.origin).hostname
  const names = databases.map((database) => database.name).join(' and ')
  const migrations = databases.map(
    ({ binding, name }) => `${name}: ${input.migrationFiles[binding]?.join(', ') ?? 'none'}`,
  )
  const reach = isWorkersDev(host) ? `reachable at ${host}` : `with the custom domain ${host}`
  return [
    {
      id: 'login',
      title: 'Check the Cloudflare login',
      would: 'would ask wrangler who is logged in, unless CLOUDFLARE_API_TOKEN is set',
    },
    {
      id: 'databases',
      title: 'Provision the D1 databases',
      would: `would find or create ${names}`,
    },
    {
      id: 'config',
      title: 'Write the configuration of this deployment',
      would: `would write ${input.configFile}`,
    },
    {
      id: 'migrations',
      title: 'Apply the migrations',
      would: `would apply what is not applied yet (${migrations.join('; ')})`,
    },
    {
      id: 'secrets',
      title: 'Set missing secrets',
      would: secretsSentence(input.requiredSecrets, input.givenSecrets),
    },
    {
      id: 'upload',
      title: 'Deploy the Worker',
      would: `would upload the Worker ${options.name}, ${reach}`,
    },
    {
      id: 'discovery',
      title: 'Wait for the issuer',
      would: `would ask ${options.origin}/.well-known/oauth-authorization-server until it names ${options.origin}`,
    },
    {
      id: 'mint',
      title: 'Mint a token and clean up',
      would:
        'would create a service app and a scope with the bootstrap API token, mint a token, verify it and remove both',
    },
  ]
}
