/**
 * Counts the D1, Durable Object and cache operations of one warm token. The built bundle runs unchanged
 * inside a generated Worker whose bindings count (tally.ts); requests go one at a time, and each answer
 * says in a header what was asked of the platform while it was being made.
 */
import { SignJWT, type CryptoKey } from 'jose'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildWorker } from './bundle.ts'
import {
  applyMigrations,
  createAssertionClient,
  productWorker,
  setUpProduct,
  type TokenEndpoint,
} from './endpoints.ts'
import type { TokenRequest } from './load.ts'
import { productClasses, readProductConfiguration } from './product-configuration.ts'
import { startServer, type BenchServer } from './server.ts'
import type { Operations } from './tally.ts'
import { requestToken } from './verification.ts'

export interface OperationCount {
  /** What was counted: of a token how the client authenticated. */
  readonly of: string
  /** What the first of the counting run needs: proof that the counting works. */
  readonly first: Operations
  /** One entry a warm one. */
  readonly warm: readonly Operations[]
}

const HEADER = 'x-bench-operations'
const AWAY = 'x-bench-away'
const ISOLATE = 'x-bench-isolate'
const TOTALS = '/bench/totals'
const WARM_COUNTED = 100

const literal = (...path: string[]): string => JSON.stringify(join(...path))

/** The Worker around the product; it patches the globals before the product's modules look at them. */
function entrySource(main: string): string {
  const { durableObjects, entrypoints } = productClasses()
  const classes = [...durableObjects, ...entrypoints].map(
    (name) => `export class ${name} extends product.${name} {
  constructor(ctx, env) { super(ctx, countedBindings(env)) }
}`,
  )
  return `import ${literal(import.meta.dirname, 'tally-globals.ts')}
import { withEnv } from 'cloudflare:workers'
import { total, platform, moduleBytes, countedBindings, countedContext } from ${literal(import.meta.dirname, 'tally.ts')}
import * as product from ${literal(main)}
${classes.join('\n')}
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '${TOTALS}') 
      return Response.json({ ...total, moduleBytes: moduleBytes() })
    platform.millisAway = Number(request.headers.get('${AWAY}') ?? 0)
    platform.isolate = Number(request.headers.get('${ISOLATE}') ?? platform.isolate)
    const bindings = countedBindings(env)
    const before = { ...total }
    const answer = await withEnv(bindings, () =>
      product.default.fetch(request, bindings, countedContext(ctx)))
    const asked = Object.fromEntries(
      Object.keys(total).map((kind) => [kind, total[kind] - before[kind]]))
    const counted = new Response(answer.body, answer)
    counted.headers.set('${HEADER}', JSON.stringify(asked))
    return counted
  },
}
`
}

/** The main module of a built counting Worker. */
export const COUNTING_MAIN = 'entry.js'

/** Builds the counting Worker around the built one in `product`, in `folder`, if it is not there; where it is then. */
export function buildCountingWorker(product: string, folder: string, main = 'index.js'): string {
  const built = join(folder, 'built')
  if (existsSync(folder)) return built
  mkdirSync(folder)
  writeFileSync(join(folder, COUNTING_MAIN), entrySource(join(product, main)))
  const { compatibility_date } = readProductConfiguration()
  const configuration = { name: 'counting', main: COUNTING_MAIN, compatibility_date }
  writeFileSync(join(folder, 'wrangler.json'), JSON.stringify(configuration))
  buildWorker(join(folder, 'wrangler.json'), built)
  return built
}

/** The platform that a request wants to meet: storage so far away, and an isolate, in which those after it stay. */
export const meeting = (millisAway: number, isolate: number): Readonly<Record<string, string>> => ({
  [AWAY]: String(millisAway),
  [ISOLATE]: String(isolate),
})

/** Since the Worker began. */
export interface Totals extends Operations {
  /** What the memory of WebAssembly modules takes by now. */
  readonly moduleBytes: number
}

/** What was asked of the platform so far, whoever asked. */
export async function totalsOf(origin: string): Promise<Totals> {
  const totals: Totals = JSON.parse(await (await fetch(origin + TOTALS)).text())
  return totals
}

/** What was asked of the platform for an answer that is no refusal. */
export function operationsOfAnswer(answer: Response, text: string): Operations {
  const header = answer.headers.get(HEADER)
  if (answer.status >= 400 || header === null)
    throw new Error(`the counting run got ${answer.status}: ${text.slice(0, 500)}`)
  const operations: Operations = JSON.parse(header)
  return operations
}

async function operationsOf(request: TokenRequest): Promise<Operations> {
  const answer = await requestToken(request)
  return operationsOfAnswer(answer, await answer.text())
}

/** Serves a built counting Worker, with an empty org. */
export async function serveCounting(built: string, core: number | null): Promise<BenchServer> {
  const worker = productWorker('counting', built, COUNTING_MAIN)
  const server = await startServer({ worker, core })
  await applyMigrations(server.miniflare)
  return server
}

/** Serves the counting Worker around the built one in `product`; `folder` is made for it, or was. */
export const startCountingServer = (
  product: string,
  folder: string,
  main?: string,
): Promise<BenchServer> => serveCounting(buildCountingWorker(product, folder, main), null)

/** `next` makes one and says what was asked of the platform for it. */
export async function countWarm(
  of: string,
  next: () => Promise<Operations>,
): Promise<OperationCount> {
  const first = await next()
  // Two more let what the first one left to do in the background come to an end.
  for (let index = 0; index < 2; index++) await next()
  const warm: Operations[] = []
  for (let index = 0; index < WARM_COUNTED; index++) warm.push(await next())
  // The first one cannot do without storage: zeros would mean that nothing is counted.
  if (first.d1 + first.durableObject === 0)
    throw new Error(`the counting run saw no operation at all: ${of}`)
  return { of, first, warm }
}

export async function withAssertion(
  endpoint: TokenEndpoint,
  clientId: string,
  privateKey: CryptoKey,
): Promise<TokenRequest> {
  const { request, issuer } = endpoint
  const assertion = await new SignJWT({ iss: clientId, sub: clientId, jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: 'bench-client' })
    .setAudience(`${issuer}/v1/token`)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)
  const form = new URLSearchParams(request.form)
  form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  form.set('client_assertion', assertion)
  return { ...request, authorization: '', form: form.toString() }
}

/** `product` holds the built product; `folder` is made for the Worker that is generated around it. */
export async function countOperations(
  product: string,
  folder: string,
): Promise<readonly OperationCount[]> {
  const server = await startCountingServer(product, folder)
  try {
    const { ES256: endpoint } = await setUpProduct(server.origin)
    const { clientId, privateKey } = await createAssertionClient(server.origin)
    return [
      await countWarm('client secret', () => operationsOf(endpoint.request)),
      await countWarm('private_key_jwt', async () =>
        operationsOf(await withAssertion(endpoint, clientId, privateKey)),
      ),
    ]
  } finally {
    await server.stop()
  }
}
