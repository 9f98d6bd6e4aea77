/** A Worker that does nothing else (ceiling.ts): client_credentials and two documents. */
import { join } from 'node:path'
import { buildOnce } from '../bundle.ts'
import { documentFlow } from '../client-flows.ts'
import { ALGORITHMS, ceilingWorker } from '../endpoints.ts'
import { noOffers, tokenOffers, type Party } from '../party.ts'
import type { BenchRun } from '../run.ts'
import { startServer, type BenchServer } from '../server.ts'
import { verifyToken } from '../verification.ts'

export const CEILING_MAIN = 'ceiling.js'

export const ceilingFolder = ({ temporary }: BenchRun): string => join(temporary, 'ceiling')

export async function startCeiling(
  run: BenchRun,
  inspect = false,
): Promise<Party & { server: BenchServer }> {
  const folder = ceilingFolder(run)
  buildOnce(join(import.meta.dirname, '..', 'ceiling.wrangler.toml'), folder)
  const ceiling = await ceilingWorker(folder)
  const server = await startServer({
    worker: ceiling.worker,
    core: run.pinning?.server ?? null,
    inspect,
  })
  const { origin, pid, lastLines, stop } = server
  const endpoints = ceiling.endpoints(origin)
  for (const alg of ALGORITHMS) await verifyToken(endpoints[alg], alg)
  return {
    name: 'ceiling',
    origin,
    pid,
    lastLines,
    stop,
    server,
    offers: {
      ...noOffers(null),
      ...tokenOffers(endpoints),
      discovery: () => documentFlow('/discovery', 'jwks_uri'),
      JWKS: () => documentFlow('/jwks', 'keys'),
    },
  }
}
