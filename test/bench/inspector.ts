/** The inspector's request and reply protocol, no more of it than measuring needs. */

interface Reply {
  readonly id?: number
  readonly result?: object
  readonly error?: { readonly message: string }
}

export class InspectorSession {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, PromiseWithResolvers<object>>()
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

  /** Of one Worker behind an inspector's address. */
  static async open(inspector: URL, worker: string): Promise<InspectorSession> {
    const address = new URL(`/core:user:${worker}`, inspector).href
    const socket = new WebSocket(address)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`no inspector at ${address}`)))
    })
    return new InspectorSession(socket)
  }

  /** `Result` is what the protocol says that the method gives. */
  async send<Result extends object>(method: string, params: object = {}): Promise<Result> {
    const waiting = Promise.withResolvers<object>()
    this.#waiting.set(++this.#lastId, waiting)
    this.#socket.send(JSON.stringify({ id: this.#lastId, method, params }))
    return (await waiting.promise) as Result
  }

  close(): void {
    this.#socket.close()
  }
}
