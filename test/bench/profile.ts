/**
 * Records a CPU profile of a Worker under load through workerd's inspector.
 */

export interface ProfileNode {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    /** From zero, in the built module; so is the column. */
    readonly lineNumber: number
    readonly columnNumber: number
  }
  readonly children?: readonly number[]
}

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Shorter intervals make the Worker itself noticeably slower. */
const SAMPLING_MICROS = 500

interface Result {
  readonly profile?: CpuProfile
}

interface Reply {
  readonly id?: number
  readonly result?: Result
  readonly error?: { readonly message: string }
}

/** The inspector's request and reply protocol, no more of it than a profile needs. */
class InspectorSession {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, PromiseWithResolvers<Result>>()
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const reply: Reply = JSON.parse(String(data))
      const waiting = this.#waiting.get(reply.id ?? 0)
      this.#waiting.delete(reply.id ?? 0)
      if (reply.error) waiting?.reject(new Error(reply.error.message))
      else waiting?.resolve(reply.result ?? {})
    })
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the inspector closed'))
    })
  }

  static async open(address: string): Promise<InspectorSession> {
    const socket = new WebSocket(address)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`no inspector at ${address}`)))
    })
    return new InspectorSession(socket)
  }

  send(method: string, params: object = {}): Promise<Result> {
    const waiting = Promise.withResolvers<Result>()
    this.#waiting.set(++this.#lastId, waiting)
    this.#socket.send(JSON.stringify({ id: this.#lastId, method, params }))
    return waiting.promise
  }

  close(): void {
    this.#socket.close()
  }
}

export async function recordProfile<T>(
  inspector: URL,
  worker: string,
  load: () => Promise<T>,
): Promise<{ profile: CpuProfile; outcome: T }> {
  const session = await InspectorSession.open(new URL(`/core:user:${worker}`, inspector).href)
  try {
    await session.send('Profiler.enable')
    await session.send('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS })
    await session.send('Profiler.start')
    const outcome = await load()
    const { profile } = await session.send('Profiler.stop')
    if (profile === undefined) throw new Error('the inspector sent no profile')
    return { profile, outcome }
  } finally {
    session.close()
  }
}
