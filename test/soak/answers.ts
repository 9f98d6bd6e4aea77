/** What an answer of the product comes to in the model. What is none that it gives there is `broken`. */
import type { Outcome } from './vocabulary.ts'

type Body = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Body
}

/** Nothing of what is no JSON. */
export function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body
  } catch {
    return {}
  }
}

export const broken = ({ status, text }: Answer): Outcome => ({
  kind: 'broken',
  error: `${status} ${text.slice(0, 300)}`,
})

/** Of a protocol endpoint. `read` gives null for what is not answered there. */
export function protocolOutcome(
  answer: Answer,
  read: (body: Body) => Partial<Outcome> | null,
): Outcome {
  const { status, json } = answer
  if (status === 200) {
    const outcome = read(json)
    return outcome === null ? broken(answer) : { kind: 'done', ...outcome }
  }
  if (status === 503) return { kind: 'unavailable' }
  if (status === 404) return { kind: 'refused', error: 'not_found' }
  const { error } = json
  return [400, 401, 403].includes(status) && typeof error === 'string'
    ? { kind: 'refused', error }
    : broken(answer)
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'denied',
  401: 'denied',
  403: 'denied',
  404: 'not_found',
}

/** Of the management API and others of Okta's, whose error codes do not matter here. */
export function managementOutcome(
  answer: Answer,
  read: (body: Body) => Partial<Outcome> = () => ({}),
): Outcome {
  const { status, json } = answer
  if (status === 200 || status === 204) return { kind: 'done', ...read(json) }
  if (status === 503) return { kind: 'unavailable' }
  const error = REFUSALS[status]
  return error === undefined ? broken(answer) : { kind: 'refused', error }
}
