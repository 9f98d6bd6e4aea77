/** One request as it is made of a seed, before it is one of the platform's. */
import { utf8Decode } from '../../../src/platform/encoding.ts'

export type Pairs = readonly (readonly [name: string, value: string])[]

export interface Input {
  readonly method: string
  /** Where it is sent, when that is not the origin of the org. */
  readonly origin?: string
  /** Path and query, as they stand in the request line. */
  readonly target: string
  readonly headers: Pairs
  readonly body: Uint8Array | null
}

const encoder = new TextEncoder()
export const bytesOf = (text: string): Uint8Array => encoder.encode(text)

/** A header value in ASCII: of every other one the runtime warns whoever runs this. */
export const headerText = (text: string): string => text.replaceAll(/[^\t\x20-\x7e]/g, '~')

/** Null: no client could send it. */
export function toRequest(input: Input, origin: string): Request | null {
  const { method, target, body } = input
  try {
    const headers = new Headers()
    for (const [name, value] of input.headers) headers.append(name, headerText(value))
    return new Request((input.origin ?? origin) + target, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== null && { body: body as Uint8Array<ArrayBuffer> }),
    })
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** Everything that it takes to send it again; what is no text is in base64. */
export function described({ body, ...input }: Input): string {
  const text = body === null ? null : utf8Decode(body)
  const shown = body === null || text !== null ? { body: text } : { bodyBase64: body.toBase64() }
  return JSON.stringify({ ...input, ...shown })
}
