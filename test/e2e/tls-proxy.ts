/** TLS in front of a server on this machine, as a load balancer ends it. */
import { request as forward } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from './certificate.ts'

export class TlsProxy {
  readonly #server: Server
  /** For those who trust it by itself. */
  readonly certificate: string

  private constructor(server: Server, certificate: string) {
    this.#server = server
    this.certificate = certificate
  }

  /** Passes on what comes to its port to another. */
  static async start(to: number): Promise<TlsProxy> {
    const { key, cert } = selfSigned()
    const server = createServer({ key, cert }, (request, response) => {
      const { method, url } = request
      // The development server would take the public host for its own, and write it into answers with its own scheme.
      const headers = { ...request.headers, host: `localhost:${to}` }
      const passed = forward(
        { host: 'localhost', port: to, method, path: url, headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
          answer.pipe(response)
        },
      )
      passed.on('error', () => response.writeHead(502).end())
      request.pipe(passed)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new TlsProxy(server, cert)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
