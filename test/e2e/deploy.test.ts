/**
 * `npm run deploy`: the whole resumable flow against an imitation of the account and of the product, and the
 * real command as a dry run. Its pure parts are tested in test/unit/deploy-parts.test.ts.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import { Account, ORIGIN, Product, runDeploy } from './deploy-imitations.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const failToHandOver = (text: string) =>
  text.includes('KEY_ENCRYPTION_KEY=') ? Promise.reject(new Error('pipe')) : Promise.resolve()

describe('a deployment', () => {
  let root: string
  let account: Account
  let product: Product
  const secretsFile = () => join(root, '.deploy', 'edgemint.secrets')
  const run = (environment?: Record<string, string>, overrides?: Parameters<typeof runDeploy>[3]) =>
    runDeploy(root, product, environment, overrides)

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'deploy-test-'))
    account = new Account()
    product = new Product(account)
  })

  it('goes from nothing to a verified token, and prints the generated secrets once', async () => {
    const { code, output } = await run()
    expect(output).toContain('[8/8]')
    expect(code).toBe(0)
    expect(output).toContain('minted and verified a token')
    const order = ['d1 create edgemint', 'd1 migrations apply LOG_DB', 'secret bulk', 'deploy']
    const positions = order.map((start) =>
      account.calls.findIndex((line) => line.startsWith(`wrangler ${start}`)),
    )
    expect(positions).toEqual(positions.toSorted((a, b) => a - b))
    expect(positions).not.toContain(-1)
    for (const value of Object.values(account.secrets ?? {})) {
      expect(output.split(value)).toHaveLength(2)
      expect(account.calls.join('\n')).not.toContain(value)
    }
    expect(output).not.toContain(product.clientSecret)
    expect(output).not.toContain(product.token)
    expect([product.apps.size, product.scopes.size]).toEqual([0, 0])
    expect(existsSync(secretsFile())).toBe(false)
    const config = await readFile(join(root, '.deploy', 'edgemint.wrangler.json'), 'utf8')
    expect(JSON.parse(config)).toMatchObject({
      main: '../src/index.ts',
      d1_databases: [{ database_id: 'id-of-edgemint' }, { database_id: 'id-of-edgemint-log' }],
    })
  })

  it('only migrates and uploads when it is run on a finished deployment', async () => {
    await run()
    const before = { ...account.secrets }
    account.unapplied.set('DB', ['0002_more.sql'])
    const { code, output } = await run({ KEY_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') })
    expect(code).toBe(0)
    expect(output).toContain('edgemint: 0002_more.sql; edgemint-log: up to date')
    expect(output).toContain('skipped: the bootstrap API token was set by an earlier run')
    expect(output).not.toContain('Generated secrets')
    expect(account.secrets).toEqual(before)
    expect([account.count('d1 create'), account.count('secret bulk')]).toEqual([2, 1])
    expect(account.uploads).toBe(2)
  })

  it('takes the bootstrap token of a second run from the environment', async () => {
    await run()
    const token = account.secrets?.['BOOTSTRAP_API_TOKEN'] ?? ''
    const { output } = await run({ BOOTSTRAP_API_TOKEN: token })
    expect(output).toContain('minted and verified a token')
    expect(output).not.toContain(token)
    const revoked = await run({ BOOTSTRAP_API_TOKEN: `00${'x'.repeat(40)}` })
    expect(revoked.code).toBe(0)
    expect(revoked.output).toContain('does not accept this bootstrap API token any more')
  })

  it('goes on after a run that died between the databases', async () => {
    account.failing = 'd1 create edgemint-log'
    const first = await run()
    expect(first.code).toBe(1)
    expect(first.output).toContain('scripted failure')
    expect(account.count('deploy')).toBe(0)
    expect((await run()).code).toBe(0)
    expect(account.databases.map(({ name }) => name)).toEqual(['edgemint', 'edgemint-log'])
    expect(account.count('d1 create edgemint-log')).toBe(2)
  })

  it('stops at a failed migration, before secrets and code', async () => {
    account.failing = 'd1 migrations apply LOG_DB'
    const { code, output } = await run()
    expect(code).toBe(1)
    expect(output).toContain('the deployed Worker was not touched')
    expect(account.secrets).toBeNull()
    expect(account.uploads).toBe(0)
  })

  it('keeps generated secrets in a private file until they are set and printed', async () => {
    account.failing = 'secret bulk'
    expect((await run()).code).toBe(1)
    expect((await stat(secretsFile())).mode & 0o777).toBe(0o600)
    const kept: unknown = JSON.parse(await readFile(secretsFile(), 'utf8'))
    account.failing = 'deploy'
    const second = await run()
    expect(second.output).toContain('edgemint.secrets (mode 0600)')
    expect(account.secrets).toEqual(kept)
    const third = await run()
    expect(third.code).toBe(0)
    expect(third.output).toContain(`KEY_ENCRYPTION_KEY=${account.secrets?.['KEY_ENCRYPTION_KEY']}`)
    expect(existsSync(secretsFile())).toBe(false)
  })

  it('keeps that file when printing fails', async () => {
    expect((await run({}, { print: failToHandOver })).code).toBe(1)
    expect(existsSync(secretsFile())).toBe(true)
  })

  it('prints nothing of secrets that the environment gave', async () => {
    const environment = {
      CLOUDFLARE_API_TOKEN: 'cloudflare-api-token',
      KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      BOOTSTRAP_API_TOKEN: `00${'t'.repeat(40)}`,
      BOOTSTRAP_ADMIN_LOGIN: 'root@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'a given password',
    }
    const { code, output } = await run(environment)
    expect(code).toBe(0)
    expect(account.secrets?.['BOOTSTRAP_ADMIN_PASSWORD']).toBe('a given password')
    for (const value of Object.values(environment))
      expect(output + account.calls.join()).not.toContain(value)
    expect(account.count('whoami')).toBe(0)
  })

  it('waits for the exact issuer, and removes what it made when the mint fails', async () => {
    product.starting = [
      () => new Response('not yet', { status: 522 }),
      () => Response.json({ issuer: 'https://other.example.com' }),
    ]
    product.mints = false
    const { code, output } = await run()
    expect(code).toBe(1)
    expect(output).toContain('No token was minted: status 401, invalid_client')
    expect([product.apps.size, product.scopes.size]).toEqual([0, 0])
    expect(product.requests.filter((line) => line.includes('well-known'))).toHaveLength(3)
    product.mints = true
    // Left behind by a run that was killed.
    product.scopes.set('scp1', 'deployment:check')
    expect((await run()).code).toBe(0)
    expect(product.scopes.size).toBe(0)
  })

  it('refuses what would destroy something', async () => {
    account.secrets = { SOMETHING_ELSE: 'x' }
    expect((await run()).output).toContain('already has a Worker called edgemint')
    expect(account.databases).toEqual([])
    account.secrets = null
    account.loggedIn = false
    expect((await run()).output).toContain('npx wrangler login')
    account.loggedIn = true
    expect((await run()).code).toBe(0)
    account.databases = []
    expect((await run()).output).toContain('which this account does not have')
    expect(account.databases).toEqual([])
  })
})

const npmRun = (...argv: string[]) =>
  promisify(execFile)('npm', ['run', 'deploy', '--', ...argv], {
    cwd: ROOT,
    env: { ...process.env, CLOUDFLARE_API_TOKEN: '', CLOUDFLARE_ACCOUNT_ID: '' },
  })

/** The checkout without its ignored folders: which entries it has, and what the sources and settings hold. */
async function snapshot(): Promise<string[]> {
  const entries = (await readdir(ROOT)).filter((name) => !name.startsWith('.') && name !== 'dist')
  const sources = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
  const files = [
    ...['wrangler.toml', 'package.json', 'package-lock.json'].map((name) => join(ROOT, name)),
    ...sources.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  ].filter((path) => !path.endsWith('bindings.d.ts'))
  const times = files.map(async (path) => `${path} ${(await stat(path)).mtimeMs}`)
  return [...entries, ...(await Promise.all(times))]
}

describe('npm run deploy', () => {
  it('proves configuration and code offline with --dry-run, and changes nothing', async () => {
    const before = await snapshot()
    const { stdout } = await npmRun('--origin', ORIGIN, '--dry-run')
    expect(stdout).toContain('[1/8] Check the Cloudflare login')
    expect(stdout).toContain('wrangler accepts configuration and code. Total Upload')
    expect(stdout).toContain('[8/8]')
    expect(stdout).toContain('Dry run: nothing was deployed')
    expect(await snapshot()).toEqual(before)
  }, 60_000)

  it('ends with an error for a wrong command line', async () => {
    await expect(npmRun('--origin', 'http://auth.example.com')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('must be https'),
    })
  }, 60_000)
})
