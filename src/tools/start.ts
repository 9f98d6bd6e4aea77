/**
 * `npm start`: a working org on this machine. Makes missing secrets, applies the migrations to the local databases,
 * serves, and prints where to go, where to sign in and one line that mints a token. Everything survives a restart.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { devNull } from 'node:os'
import { ensureDemo } from './start/demo.ts'
import { ensureSignInDemo } from './start/demo-sign-in.ts'
import { localSecrets, type LocalSecrets } from './start/local-secrets.ts'
import { callManagement } from './start/management.ts'

const root = join(import.meta.dirname, '..', '..')
const READY_SECONDS_MAX = 120

function configuration() {
  const port = Number(process.env['PORT'] || '8787')
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`PORT must be a port number, not "${process.env['PORT']}"`)
  return {
    port,
    origin: process.env['ORIGIN'] || `http://localhost:${port}`,
    stateDir: process.env['STATE_DIR'] || join(root, '.wrangler', 'state'),
    /** Where this process listens, whatever the issuers say. */
    listening: `http://localhost:${port}`,
  }
}

const wranglerScript = (): string =>
  join(
    dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
    'bin',
    'wrangler.js',
  )

function wrangler(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  quiet: boolean,
) {
  return spawn(process.execPath, [wranglerScript(), ...args], {
    cwd: root,
    env: {
      ...process.env,
      // Questions on a terminal, telemetry and look-ups of the outside have no place in a local start.
      CI: '1',
      DO_NOT_TRACK: '1',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      X_LOCAL_OBSERVABILITY: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      ...environment,
    },
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  })
}

/** Applies one database's migrations; its output is shown only when it fails. */
function migrate(binding: string, stateDir: string): Promise<void> {
  const child = wrangler(
    ['d1', 'migrations', 'apply', binding, '--local', '--persist-to', stateDir],
    {},
    true,
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`The migrations of ${binding} failed.\n${output}`)),
    )
  })
}

/** Resolves once the org answers; the first answer seeds it. */
async function ready(listening: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_SECONDS_MAX * 1000
  let last = ''
  while (Date.now() < deadline && server.exitCode === null) {
    try {
      const response = await fetch(
        `${listening}/oauth2/default/.well-known/oauth-authorization-server`,
      )
      last = await response.text()
      if (response.status === 200) return
      if (response.status === 503 && last.includes('not configured')) break
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  throw new Error(`The server did not become ready. ${last}`)
}

function stopWith(server: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => server.kill(signal))
  // npm runs scripts through a shell that does not pass signals on: whoever stops npm leaves this process an orphan.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) server.kill('SIGTERM')
  }, 500).unref()
  server.on('exit', (code) => {
    process.exitCode = code ?? 0
  })
}

async function main(): Promise<void> {
  const { port, origin, stateDir, listening } = configuration()
  const secrets = localSecrets(join(root, '.dev.vars'), origin)
  await migrate('DB', stateDir)
  await migrate('LOG_DB', stateDir)
  const server = wrangler(
    // An explicit empty file keeps wrangler from preferring .dev.vars to the environment.
    [
      'dev',
      '--port',
      String(port),
      '--persist-to',
      stateDir,
      '--env-file',
      devNull,
      '--log-level',
      'error',
    ],
    { ...secrets.values, ORIGIN: origin },
    false,
  )
  stopWith(server)
  try {
    await ready(listening, server)
    const call = callManagement(listening, secrets.values['BOOTSTRAP_API_TOKEN'] ?? '')
    const curl = await ensureDemo(listening, stateDir, call)
    const authorize = await ensureSignInDemo(listening, origin, call)
    print(origin, secrets, { authorize, curl })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    server.kill('SIGTERM')
    server.once('exit', () => (process.exitCode = 1))
  }
}

/** A password and a token are printed only by the start that made them; they stay in .dev.vars. */
function print(
  origin: string,
  { values, generated }: LocalSecrets,
  demo: { readonly authorize: string; readonly curl: string },
): void {
  const password = generated['BOOTSTRAP_ADMIN_PASSWORD']
  const token = generated['BOOTSTRAP_API_TOKEN']
  process.stdout.write(
    `${[
      '',
      'Edgemint is running.',
      '',
      'Issuers',
      `  org       ${origin}`,
      `  default   ${origin}/oauth2/default`,
      '',
      'Administrator',
      `  login     ${values['BOOTSTRAP_ADMIN_LOGIN'] ?? ''}`,
      ...(password === undefined
        ? []
        : [`  password  ${password}   (made now, kept in .dev.vars)`]),
      ...(token === undefined ? [] : [`  API token ${token}   (made now, kept in .dev.vars)`]),
      '',
      `Sign in: ${origin}/signin`,
      '',
      'A first authorization request (the browser ends at 127.0.0.1:8788 with the code in its address)',
      `  ${demo.authorize}`,
      '',
      'A first access token',
      `  ${demo.curl}`,
      '',
    ].join('\n')}\n`,
  )
}

await main()
