/** A request as a browser makes it when it goes to a page. `fetch` says of itself that it comes of a script. */
import { request } from 'node:http'

const NO_BODY: readonly (number | undefined)[] = [204, 304]

export interface Navigation {
  readonly method?: string
  /** Of a form. */
  readonly body?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
}

/** Redirects are answers. */
export function navigate(
  url: URL,
  { method = 'GET', body, headers }: Navigation = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    }
    const asking = request(url.href, { method, headers: sent }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', reject)
      answer.once('end', () => {
        const status = answer.statusCode
        const received = new Headers()
        for (const [name, values = []] of Object.entries(answer.headersDistinct))
          for (const value of values) received.append(name, value)
        const text = NO_BODY.includes(status) ? null : Buffer.concat(chunks)
        resolve(new Response(text, { ...(status !== undefined && { status }), headers: received }))
      })
    })
    asking.once('error', reject)
    asking.end(body?.toString())
  })
}
