/**
 * An account at Cloudflare as wrangler shows it, and a deployed product as its HTTP doors show it, both in
 * memory, for the tests of `npm run deploy`. Every command, its input and everything printed is recorded.
 */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { deploy, type Surroundings } from '../../src/tools/deploy/driver.ts'
import type { Outcome, RunInput } from '../../src/tools/deploy/process.ts'

export const ORIGIN = 'https://auth.example.com'

export const TEMPLATE = {
  name: 'edgemint',
  main: 'src/index.ts',
  dev: { port: 8787 },
  d1_databases: [
    { binding: 'DB', database_name: 'edgemint', migrations_dir: 'src/store/migrations' },
    {
      binding: 'LOG_DB',
      database_name: 'edgemint-log',
      migrations_dir: 'src/store/log-migrations',
    },
  ],
  secrets: {
    required: [
      'KEY_ENCRYPTION_KEY',
      'BOOTSTRAP_API_TOKEN',
      'BOOTSTRAP_ADMIN_LOGIN',
      'BOOTSTRAP_ADMIN_PASSWORD',
    ],
  },
  vars: { ORIGIN: '', OUTBOUND_ALLOWED_ORIGINS: '', RATE_LIMIT_PER_MINUTE: '60000' },
}

const done = (stdout = ''): Outcome => ({ code: 0, stdout, stderr: '' })
const failed = (stderr: string): Outcome => ({ code: 1, stdout: '', stderr })

/** What wrangler 4.155 answers, over one account. */
export class Account {
  databases: { uuid: string; name: string }[] = []
  /** Null while the Worker does not exist. */
  secrets: Record<string, string> | null = null
  unapplied = new Map([
    ['DB', ['0001_initial.sql']],
    ['LOG_DB', ['0001_events.sql']],
  ])
  uploads = 0
  loggedIn = true
  readonly calls: string[] = []
  /** A command that begins like this fails, once. */
  failing: string | null = null

  readonly run = (command: string, args: readonly string[], input: RunInput = {}) => {
    const line = [command, ...args].join(' ')
    this.calls.push(line)
    if (this.failing !== null && line.startsWith(`wrangler ${this.failing}`)) {
      this.failing = null
      return Promise.resolve(failed('scripted failure'))
    }
    return Promise.resolve(this.#answer(args, input))
  }

  #answer(args: readonly string[], input: RunInput): Outcome {
    const [first, second, third, fourth] = args
    if (first === 'whoami') {
      const accounts = [{ id: 'a1', name: 'Example' }]
      return this.loggedIn ? done(JSON.stringify({ loggedIn: true, accounts })) : failed('')
    }
    if (first === 'deploy') return this.#upload()
    switch (`${first} ${second}`) {
      case 'd1 list':
        return done(`A notice\n${JSON.stringify(this.databases, null, 2)}\n`)
      case 'd1 create':
        this.databases.push({ uuid: `id-of-${third}`, name: third ?? '' })
        return done()
      case 'd1 migrations':
        return this.#migrate(fourth ?? '')
      case 'secret list':
        if (this.secrets === null) return failed('Worker "edgemint" not found.')
        return done(JSON.stringify(Object.keys(this.secrets).map((name) => ({ name }))))
      case 'secret bulk':
        this.secrets = { ...this.secrets, ...JSON.parse(input.stdin ?? '{}') }
        return done()
      default:
        return failed(`unknown command ${args.join(' ')}`)
    }
  }

  #migrate(binding: string): Outcome {
    const files = this.unapplied.get(binding) ?? []
    this.unapplied.set(binding, [])
    return done(files.length === 0 ? 'No migrations to apply!' : `│ ${files.join(' │ ✅ │\n│ ')} │`)
  }

  #upload(): Outcome {
    const set = this.secrets ?? {}
    if (!TEMPLATE.secrets.required.every((name) => name in set)) return failed('secrets missing')
    this.uploads += 1
    // A careless wrangler, to see that the report takes secrets out.
    return done(`Uploaded edgemint ${set['KEY_ENCRYPTION_KEY']}`)
  }

  /** How often a command that begins like this was started. */
  count(start: string): number {
    return this.calls.filter((line) => line.startsWith(`wrangler ${start}`)).length
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The product's doors that the check goes through. */
export class Product {
  readonly account: Account
  readonly apps = new Set<string>()
  readonly scopes = new Map<string, string>()
  readonly requests: string[] = []
  /** Answers to discovery before the right one. */
  starting: (() => Response)[] = []
  mints = true
  clientSecret = 'client-secret-of-the-check'
  token = ''
  readonly #key = generateKeyPairSync('rsa', { modulusLength: 2048 })

  constructor(account: Account) {
    this.account = account
  }

  readonly fetcher = (url: string | URL | Request, request: RequestInit = {}) => {
    const { pathname } = new URL(url instanceof Request ? url.url : url)
    const line = `${request.method ?? 'GET'} ${pathname}`
    this.requests.push(line)
    if (line === 'GET /.well-known/oauth-authorization-server')
      return Promise.resolve(this.starting.shift()?.() ?? Response.json({ issuer: ORIGIN }))
    if (line === 'GET /oauth2/default/v1/keys') {
      const jwk = { ...this.#key.publicKey.export({ format: 'jwk' }), kid: 'k1' }
      return Promise.resolve(Response.json({ keys: [jwk] }))
    }
    if (line === 'POST /oauth2/default/v1/token') return Promise.resolve(this.#mint())
    const expected = `SSWS ${this.account.secrets?.['BOOTSTRAP_API_TOKEN']}`
    if (new Headers(request.headers).get('authorization') !== expected)
      return Promise.resolve(Response.json({ errorCode: 'E0000011' }, { status: 401 }))
    return Promise.resolve(this.#manage(line))
  }

  #mint(): Response {
    if (!this.mints) return Response.json({ error: 'invalid_client' }, { status: 401 })
    const iss = `${ORIGIN}/oauth2/default`
    const content = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode({ iss, cid: 'client1' })}`
    const signature = createSign('sha256').update(content).sign(this.#key.privateKey, 'base64url')
    this.token = `${content}.${signature}`
    return Response.json({ access_token: this.token, token_type: 'Bearer' })
  }

  #manage(line: string): Response {
    const scopes = '/api/v1/authorizationServers/default/scopes'
    switch (line) {
      case 'POST /api/v1/apps': {
        this.apps.add('app1')
        const oauthClient = { client_id: 'client1', client_secret: this.clientSecret }
        return Response.json({ id: 'app1', credentials: { oauthClient } })
      }
      case 'POST /api/v1/apps/app1/lifecycle/deactivate':
        return Response.json({})
      case 'DELETE /api/v1/apps/app1':
        this.apps.delete('app1')
        return new Response(null, { status: 204 })
      case `POST ${scopes}`:
        if (this.scopes.size > 0) return Response.json({ errorCode: 'E0000001' }, { status: 400 })
        this.scopes.set('scp1', 'deployment:check')
        return Response.json({ id: 'scp1' }, { status: 201 })
      case `GET ${scopes}`:
        return Response.json([...this.scopes].map(([id, name]) => ({ id, name })))
      case `DELETE ${scopes}/scp1`:
        this.scopes.delete('scp1')
        return new Response(null, { status: 204 })
      default:
        return Response.json({}, { status: 500 })
    }
  }
}

export interface RunResult {
  readonly code: number
  readonly output: string
}

/** One run of the deployment in a folder of its own, against the imitations. */
export async function runDeploy(
  root: string,
  product: Product,
  environment: Record<string, string> = {},
  overrides: Partial<Surroundings> = {},
): Promise<RunResult> {
  const printed: string[] = []
  let clock = 0
  const surroundings: Surroundings = {
    root,
    template: TEMPLATE,
    environment,
    run: product.account.run,
    fetcher: product.fetcher,
    terminal: false,
    print: (text) => {
      printed.push(text)
      return Promise.resolve()
    },
    clockwork: {
      now: () => clock,
      sleep: (milliseconds) => {
        clock += milliseconds
        return Promise.resolve()
      },
    },
    ...overrides,
  }
  const code = await deploy({ origin: ORIGIN, name: 'edgemint', dryRun: false }, surroundings)
  return { code, output: printed.join('\n') }
}
