/**
 * What each step of the plan does. Every step first finds out whether its work is done already, so that a
 * second run goes on where the first one stopped, and says in one line what came of it.
 */
import { isWorkersDev, type DeployOptions } from './arguments.ts'
import { databases, generateConfig, requiredSecrets, type Database } from './config.ts'
import { waitForIssuer, type Clockwork } from './discovery.ts'
import { display, type DeployFolder, type State } from './folder.ts'
import { describeCause } from './http.ts'
import { checkMint, TokenRefused } from './mint.ts'
import type { StepId } from './plan.ts'
import { DeployError, type Report } from './report.ts'
import type { Wrangler } from './wrangler.ts'
import { chooseSecrets, isConfidential, missingSecrets } from '../secrets.ts'

export interface StepContext {
  readonly options: DeployOptions
  readonly template: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folder: DeployFolder
  readonly rebase: (path: string) => string
  /** Whether wrangler can ask the operator. */
  readonly terminal: boolean
  readonly wrangler: Wrangler
  readonly fetcher: typeof fetch
  readonly clockwork: Clockwork
  readonly report: Report
}

export class Steps implements Record<StepId, () => Promise<string>> {
  readonly #context: StepContext
  #state: State

  constructor(context: StepContext, state: State) {
    this.#context = context
    this.#state = state
  }

  get #databases(): readonly Database[] {
    return databases(this.#context.template, this.#context.options.name)
  }

  async #remember(change: Partial<State>): Promise<void> {
    this.#state = { ...this.#state, ...change }
    await this.#context.folder.writeState(this.#state)
  }

  async login(): Promise<string> {
    const { environment, wrangler } = this.#context
    if (environment['CLOUDFLARE_API_TOKEN']) return 'using CLOUDFLARE_API_TOKEN'
    const accounts = await wrangler.accounts()
    if (accounts === null)
      throw new DeployError(
        'Nobody is logged in. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, then run this again.',
      )
    const chosen = environment['CLOUDFLARE_ACCOUNT_ID']
    if (chosen) return `logged in, account ${chosen}`
    const [account, ...others] = accounts
    if (others.length === 0) return `logged in, account ${account?.name ?? 'as wrangler chooses'}`
    const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join('\n')
    throw new DeployError(
      `The login reaches several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of them:\n${list}`,
    )
  }

  /** A name that is taken by something else must not be overwritten. */
  async #refuseForeignWorker(): Promise<void> {
    const { options, template, wrangler } = this.#context
    const names = await wrangler.secretNames(options.name)
    if (names === null || requiredSecrets(template).some((name) => names.includes(name))) return
    throw new DeployError(
      `This account already has a Worker called ${options.name}, and it has none of this product's secrets. Choose another --name, or delete that Worker first.`,
    )
  }

  async databases(): Promise<string> {
    const { wrangler, folder, options } = this.#context
    if ((await folder.readState()) === null) await this.#refuseForeignWorker()
    const outcomes: string[] = []
    let remote = await wrangler.databases()
    for (const { binding, name } of this.#databases) {
      const recorded = this.#state.databases[binding]
      if (recorded !== undefined && !remote.some(({ id }) => id === recorded))
        throw new DeployError(
          `${display(folder.stateFile)} names the database ${recorded} for ${name}, which this account does not have. Log in to the account that owns it; if it was deleted on purpose, remove that file.`,
        )
      if (recorded !== undefined) {
        outcomes.push(`${name} is there`)
        continue
      }
      const found = remote.some((database) => database.name === name)
      if (!found) {
        await wrangler.createDatabase(name)
        remote = await wrangler.databases()
      }
      const id = remote.find((database) => database.name === name)?.id
      if (id === undefined)
        throw new DeployError(`${name} was created but is not listed yet. Run this again.`)
      await this.#remember({ databases: { ...this.#state.databases, [binding]: id } })
      outcomes.push(`${name} ${found ? 'was there already and is taken on' : 'created'}`)
    }
    await this.#remember({ origin: options.origin })
    return outcomes.join(', ')
  }

  async config(): Promise<string> {
    const { options, template, folder, rebase } = this.#context
    const databaseIds = this.#state.databases
    const config = generateConfig(template, { ...options, databaseIds, rebase })
    await folder.writeConfig(folder.configFile, config)
    return `written to ${display(folder.configFile)}`
  }

  async migrations(): Promise<string> {
    const { wrangler, folder } = this.#context
    const outcomes: string[] = []
    for (const { binding, name } of this.#databases) {
      const output = await wrangler.applyMigrations(binding, folder.configFile)
      const applied = new Set(output.match(/[\w.-]+\.sql/g))
      outcomes.push(`${name}: ${applied.size === 0 ? 'up to date' : [...applied].join(', ')}`)
    }
    return outcomes.join('; ')
  }

  async secrets(): Promise<string> {
    const { options, template, wrangler, folder, environment, report } = this.#context
    const required = requiredSecrets(template)
    const present = (await wrangler.secretNames(options.name)) ?? []
    const missing = missingSecrets(required, present)
    if (missing.length === 0) return 'all are set already, none was changed'
    const earlier = await folder.readSecrets()
    const choice = chooseSecrets(missing, environment, earlier, options.origin)
    if (choice.problems.length > 0) throw new DeployError(choice.problems.join('\n'))
    for (const [name, value] of Object.entries(choice.values))
      if (isConfidential(name)) report.hide(value)
    const alreadySet = Object.entries(earlier).filter(([name]) => !missing.includes(name))
    // On disk before they are set: nobody could ever read them again from the Worker.
    await folder.writeSecrets({ ...Object.fromEntries(alreadySet), ...choice.generated })
    await wrangler.setSecrets(options.name, choice.values)
    const now = (await wrangler.secretNames(options.name)) ?? []
    const still = missingSecrets(missing, now)
    if (still.length > 0)
      throw new DeployError(`wrangler did not set ${still.join(', ')}. Run this again.`)
    const sources = missing.map(
      (name) => `${name} (${name in choice.generated ? 'generated' : 'from the environment'})`,
    )
    return `set ${sources.join(', ')}`
  }

  async upload(): Promise<string> {
    const { options, wrangler, folder, report, terminal } = this.#context
    const { hostname } = new URL(options.origin)
    if (!terminal && !this.#state.verified && !isWorkersDev(hostname))
      await report.detail(
        `note: without a terminal wrangler does not ask before it takes ${hostname} over from a DNS record or Worker that has it`,
      )
    const output = await wrangler.upload(folder.configFile)
    if (output.trim() !== '') await report.detail(output)
    return `${options.name} is deployed`
  }

  async discovery(): Promise<string> {
    const { options, fetcher, clockwork, report } = this.#context
    await waitForIssuer(fetcher, options.origin, clockwork, report)
    return `${options.origin} is the issuer`
  }

  async mint(): Promise<string> {
    const { options, fetcher, clockwork, report, environment, folder } = this.#context
    const name = 'BOOTSTRAP_API_TOKEN'
    const apiToken = environment[name] || (await folder.readSecrets())[name]
    if (!apiToken)
      return `skipped: the bootstrap API token was set by an earlier run and cannot be read back. To have this check, give it as ${name} in the environment.`
    try {
      await checkMint({ fetcher, origin: options.origin, apiToken, clockwork, report })
    } catch (cause) {
      if (cause instanceof TokenRefused && this.#state.verified)
        return `skipped: the server does not accept this bootstrap API token any more, which is right if it was revoked or replaced`
      if (cause instanceof TokenRefused)
        throw new DeployError(
          `The server does not accept the bootstrap API token. If the database or the secret is from an earlier deployment, give that deployment's token as ${name}; if it was revoked, leave ${name} out of the environment.`,
        )
      throw new DeployError(
        `${describeCause(cause)}. The Worker is deployed; look at \`npx wrangler tail ${options.name}\`, then run this again.`,
      )
    }
    await this.#remember({ verified: true })
    return `minted and verified a token of ${options.origin}/oauth2/default, and removed what it needed`
  }
}
