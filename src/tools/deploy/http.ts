/**
 * Requests to the fresh deployment: bounded in time, with the answer read as JSON where it is some, and with
 * a description of a refusal that repeats the server's own words and nothing else.
 */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const TIMEOUT_MS = 20_000

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export async function ask(
  fetcher: typeof fetch,
  url: string,
  request: RequestInit = {},
): Promise<Answer> {
  const answer = await fetcher(url, {
    ...request,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const content = await answer.text()
  try {
    const body: unknown = JSON.parse(content)
    return { status: answer.status, body: isTable(body) ? body : { list: body } }
  } catch {
    return { status: answer.status, body: {} }
  }
}

export const textAt = (table: unknown, ...path: readonly string[]): string => {
  let value = table
  for (const key of path) value = isTable(value) ? value[key] : undefined
  return typeof value === 'string' ? value : ''
}

/** Status and the server's explanation, in OAuth's or in Okta's form of an error. */
export function describe(answer: Answer): string {
  const words = ['error', 'error_description', 'errorCode', 'errorSummary']
    .map((key) => textAt(answer.body, key))
    .filter((word) => word !== '')
  return [`status ${answer.status}`, ...words].join(', ')
}

/** Network failures hide their reason one level down. */
export function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no answer'
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message
}
