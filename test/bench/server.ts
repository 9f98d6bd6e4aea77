/**
 * Serves one Worker in a workerd process of its own, on Miniflare's direct socket: requests reach the
 * Worker without the entry Worker in between, which makes it as fast as a bare workerd.
 */
import { Miniflare, NoOpLog, convertV4MiniflareOptions, type V4WorkerOptions } from 'miniflare'
import { childrenRunning, pin } from './processes.ts'

export interface ServerOptions {
  readonly worker: V4WorkerOptions & { readonly name: string }
  /** The core to keep workerd on. */
  readonly core: number | null
  /** Opens the inspector, which costs speed: never for a timed run. */
  readonly inspect?: boolean
  /** Where D1 and objects are kept when the server stops; left out, they go with it. */
  readonly state?: string
  /** What V8 may take for the objects of an isolate, above which it ends the process; left out, gigabytes. */
  readonly heapMiB?: number
}

export interface BenchServer {
  readonly miniflare: Miniflare
  /** The direct socket's origin. */
  readonly origin: string
  readonly pid: number
  /** The last lines that the Worker logged, for when something goes wrong. */
  readonly lastLines: readonly string[]
  readonly stop: () => Promise<void>
}

const KEPT_LINES = 20
/** Read by Miniflare when it starts workerd. */
const V8_FLAGS = 'MINIFLARE_WORKERD_V8_FLAGS'

export async function startServer({
  worker,
  core,
  inspect,
  state,
  heapMiB,
}: ServerOptions): Promise<BenchServer> {
  const already = new Set(childrenRunning('workerd'))
  const lastLines: string[] = []
  if (heapMiB !== undefined) process.env[V8_FLAGS] = `--max-heap-size=${heapMiB}`
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      // Otherwise Miniflare asks the network for a sample of `request.cf`.
      cf: false,
      log: new NoOpLog(),
      logRequests: false,
      handleStructuredLogs: ({ message }) => {
        lastLines.push(message)
        if (lastLines.length > KEPT_LINES) lastLines.shift()
      },
      ...(inspect === true && { inspectorPort: 0 }),
      ...(state !== undefined && { resourcePersistencePath: state }),
      workers: [{ ...worker, unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] }],
    }),
  )
  const url = await miniflare.unsafeGetDirectURL(worker.name)
  delete process.env[V8_FLAGS]
  const pid = childrenRunning('workerd').find((child) => !already.has(child)) ?? Number.NaN
  if (core !== null && !Number.isNaN(pid)) pin(pid, core)
  return { miniflare, origin: url.origin, pid, lastLines, stop: () => miniflare.dispose() }
}
