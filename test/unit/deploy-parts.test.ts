/**
 * The pure parts of `npm run deploy`: its command line, the configuration it generates, which secrets it
 * sets, and the order of its steps.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { experimental_readRawConfig } from 'wrangler'
import { parseArguments } from '../../src/tools/deploy/arguments.ts'
import { databases, generateConfig } from '../../src/tools/deploy/config.ts'
import { planSteps } from '../../src/tools/deploy/plan.ts'
import { chooseSecrets, missingSecrets } from '../../src/tools/secrets.ts'
import { ORIGIN, TEMPLATE } from '../e2e/deploy-imitations.ts'

const SECRET_NAMES = TEMPLATE.secrets.required

const rebase = (path: string) => `../${path}`

function problem(...argv: string[]): string | null {
  const parsed = parseArguments(argv, 'edgemint')
  return parsed.ok ? null : parsed.problem
}

describe('the command line', () => {
  it('takes origin, name and dry run', () => {
    expect(parseArguments(['--origin', ORIGIN], 'edgemint')).toEqual({
      ok: true,
      options: { origin: ORIGIN, name: 'edgemint', dryRun: false },
    })
    const all = ['--origin', 'https://acme.me.workers.dev', '--name=acme', '--dry-run']
    expect(parseArguments(all, 'edgemint')).toEqual({
      ok: true,
      options: { origin: 'https://acme.me.workers.dev', name: 'acme', dryRun: true },
    })
  })

  it.each([
    ['no origin', [], '--origin is missing'],
    ['an empty origin', ['--origin', ''], '--origin is missing'],
    ['http', ['--origin', 'http://auth.example.com'], 'must be https'],
    ['localhost', ['--origin', 'http://localhost:8787'], 'npm start'],
    ['a loopback address', ['--origin', 'https://127.0.0.1'], 'npm start'],
    ['an IPv6 address', ['--origin', 'https://[::1]'], 'npm start'],
    ['a path', ['--origin', `${ORIGIN}/oauth2`], `Give ${ORIGIN}.`],
    ['a trailing slash', ['--origin', `${ORIGIN}/`], `Give ${ORIGIN}.`],
    ['a query', ['--origin', `${ORIGIN}?a=b`], `Give ${ORIGIN}.`],
    ['a port', ['--origin', `${ORIGIN}:8443`], 'must not name a port'],
    ['a bare name', ['--origin', 'https://auth'], 'full public host name'],
    ['no URL', ['--origin', 'auth.example.com'], 'not a URL'],
    ['an unknown flag', ['--origin', ORIGIN, '--force'], "'--force'"],
    ['a stray word', [ORIGIN], 'Unexpected argument'],
    ['a flag twice', ['--origin', ORIGIN, '--origin', ORIGIN], 'given twice'],
    ['a wrong name', ['--origin', ORIGIN, '--name', 'Not_A_Name'], '1 to 54 characters'],
    ['a colliding name', ['--origin', ORIGIN, '--name', 'edgemint-log'], 'must not end in -log'],
    ['a foreign workers.dev', ['--origin', 'https://a.b.workers.dev'], 'does not belong'],
  ])('refuses %s and says what to do', (_, argv, message) => {
    expect(problem(...argv)).toContain(message)
    expect(problem(...argv)).toContain('Usage: npm run deploy')
  })

  it('does not repeat a password in the origin', () => {
    expect(problem('--origin', 'http://user:hunter22@auth.example.com')).not.toContain('hunter22')
  })
})

describe('the generated configuration', () => {
  const databaseIds = { DB: '1', LOG_DB: '2' }

  it('names, points and routes this deployment', () => {
    expect(
      generateConfig(TEMPLATE, { name: 'acme', origin: ORIGIN, databaseIds, rebase }),
    ).toMatchObject({
      name: 'acme',
      main: '../src/index.ts',
      vars: { ORIGIN, OUTBOUND_ALLOWED_ORIGINS: '', RATE_LIMIT_PER_MINUTE: '60000' },
      d1_databases: [
        { binding: 'DB', database_name: 'acme', database_id: '1' },
        { binding: 'LOG_DB', database_name: 'acme-log', database_id: '2' },
      ],
      workers_dev: false,
      preview_urls: false,
      routes: [{ pattern: 'auth.example.com', custom_domain: true }],
    })
  })

  it('needs no route on workers.dev, and drops what is for this machine', () => {
    const origin = 'https://edgemint.me.workers.dev'
    const config = generateConfig(TEMPLATE, { name: 'edgemint', origin, databaseIds: {}, rebase })
    expect(config).toMatchObject({ workers_dev: true, preview_urls: false })
    expect(config).not.toHaveProperty('routes')
    expect(config).not.toHaveProperty('dev')
  })
})

describe('the template', () => {
  const root = join(import.meta.dirname, '..', '..')

  it('declares every Durable Object class that the Worker exports, each with a binding', () => {
    const entry = readFileSync(join(root, 'src', 'index.ts'), 'utf8')
    const exported = [...entry.matchAll(/^export \{ (\w+) \} from '\.\/state\//gm)].map(
      ([, name]) => name,
    )
    const { rawConfig } = experimental_readRawConfig({ config: join(root, 'wrangler.toml') })
    const { exports, durable_objects: objects } = rawConfig as unknown as {
      readonly exports: Readonly<Record<string, { readonly type: string }>>
      readonly durable_objects: { readonly bindings: readonly { readonly class_name: string }[] }
    }
    const declared = Object.keys(exports).filter((name) => exports[name]?.type === 'durable-object')
    const bound = objects.bindings.map((binding) => binding.class_name)
    expect(exported).toContain('Throttle')
    expect(declared).toEqual(exported)
    expect(bound).toEqual(exported)
  })
})

describe('the secrets', () => {
  it('are missing when required and not set', () => {
    expect(missingSecrets(['A', 'B', 'C'], ['B', 'X'])).toEqual(['A', 'C'])
  })

  it('come from the environment, an earlier run, or are new, in this order', () => {
    const environment = { BOOTSTRAP_ADMIN_PASSWORD: 'given password', BOOTSTRAP_API_TOKEN: '' }
    const earlier = { BOOTSTRAP_API_TOKEN: 'kept', BOOTSTRAP_ADMIN_PASSWORD: 'unused' }
    const { values, generated, problems } = chooseSecrets(
      SECRET_NAMES,
      environment,
      earlier,
      ORIGIN,
    )
    expect(problems).toEqual([])
    expect(values['BOOTSTRAP_ADMIN_PASSWORD']).toBe('given password')
    expect(values['BOOTSTRAP_API_TOKEN']).toBe('kept')
    expect(Buffer.from(values['KEY_ENCRYPTION_KEY'] ?? '', 'base64')).toHaveLength(32)
    expect(Object.keys(generated)).not.toContain('BOOTSTRAP_ADMIN_PASSWORD')
    const fresh = chooseSecrets(SECRET_NAMES, {}, {}, ORIGIN).values
    expect(fresh['BOOTSTRAP_API_TOKEN']).toMatch(/^00[0-9A-Za-z_-]{40}$/)
    expect(fresh['KEY_ENCRYPTION_KEY']).not.toBe(values['KEY_ENCRYPTION_KEY'])
  })

  it.each([
    ['https://id.example.com', 'admin@id.example.com'],
    ['http://[::1]:8787', 'admin@localhost'],
    [`https://${'a'.repeat(60)}.${'b'.repeat(60)}.workers.dev`, 'admin@localhost'],
  ])('the first administrator of %s is called %s', (origin, login) => {
    expect(chooseSecrets(SECRET_NAMES, {}, {}, origin).values['BOOTSTRAP_ADMIN_LOGIN']).toBe(login)
  })

  it('that are given in a wrong form are refused without repeating them', () => {
    const environment = {
      KEY_ENCRYPTION_KEY: 'too-short',
      BOOTSTRAP_API_TOKEN: 'also-wrong',
      BOOTSTRAP_ADMIN_LOGIN: 'root-alone',
    }
    const { problems } = chooseSecrets(SECRET_NAMES, environment, {}, ORIGIN)
    expect(problems).toHaveLength(3)
    expect(problems.join()).not.toMatch(/too-short|also-wrong|root-alone/)
  })
})

it('plans the migrations before the upload and the check after it', () => {
  const steps = planSteps({
    options: { origin: ORIGIN, name: 'edgemint', dryRun: true },
    databases: databases(TEMPLATE, 'edgemint'),
    requiredSecrets: SECRET_NAMES,
    givenSecrets: ['KEY_ENCRYPTION_KEY'],
    configFile: 'config.json',
    migrationFiles: { DB: ['0001_initial.sql'] },
  })
  expect(steps.map((step) => step.id)).toEqual(
    'login databases config migrations secrets upload discovery mint'.split(' '),
  )
  expect(steps[4]?.would).toContain('from the environment: KEY_ENCRYPTION_KEY; generated: BOOT')
})
