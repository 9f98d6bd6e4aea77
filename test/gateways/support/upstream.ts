/** The API behind a gateway: it answers what it was asked, with the headers that reached it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export class Upstream {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<Upstream> {
    const server = createServer(({ url = '', headers }, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ path: url, headers } satisfies Asked))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Upstream(server)
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
