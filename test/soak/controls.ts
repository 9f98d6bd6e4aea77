/** The product with the surroundings of a soak: how its clock is moved, its storage fails and its objects start anew. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { API_TOKEN, startRuntime, type Isolate, type Runtime } from '../e2e/runtime.ts'
import type { Loss } from './drafts.ts'
import type { Administer } from './org.ts'

const ISOLATES = 2
/** A request that is not answered for so long never is. */
export const HANGS_MILLISECONDS = 60_000

export class Controls {
  readonly #runtime: Runtime
  #now = Math.floor(Date.now() / 1000)

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  static async start(): Promise<Controls> {
    const worker = readFileSync(join(import.meta.dirname, 'worker.js'), 'utf8')
    const controls = new Controls(await startRuntime(ISOLATES, {}, undefined, [], worker))
    await controls.moveClock(controls.now)
    return controls
  }

  get isolates(): readonly Isolate[] {
    return this.#runtime.isolates
  }

  /** Seconds, the same in every isolate. */
  get now(): number {
    return this.#now
  }

  readonly administer: Administer = (method, path, body) =>
    fetch(this.isolates[0]!.origin + path, {
      method,
      headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(HANGS_MILLISECONDS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })

  async moveClock(now: number): Promise<void> {
    this.#now = now
    await this.#everywhere('clock', { at: now * 1000 })
  }

  async lose(loss: Loss): Promise<void> {
    await this.#everywhere('lose', loss)
  }

  /** Storage is well again, but the log; how many calls were lost, by binding and instant. */
  async find(): Promise<readonly (readonly [name: string, calls: number])[]> {
    const told = await this.#everywhere('find', {})
    return told.flatMap(Object.entries<unknown>).map(([name, calls]) => [name, Number(calls)])
  }

  async cron(): Promise<void> {
    await this.#tell(0, 'cron', {})
  }

  async restart(binding: string, name: string): Promise<void> {
    await this.#tell(0, 'restart', { binding, name })
  }

  stop(): Promise<void> {
    return this.#runtime.stop()
  }

  #everywhere(control: string, told: object): Promise<readonly Record<string, unknown>[]> {
    return Promise.all(this.isolates.map((_, at) => this.#tell(at, control, told)))
  }

  async #tell(isolate: number, control: string, told: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.isolates[isolate]!.origin}/soak/${control}`, {
      method: 'POST',
      body: JSON.stringify(told),
      signal: AbortSignal.timeout(HANGS_MILLISECONDS),
    })
    if (!response.ok) throw new Error(`${control}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
}
