/** What the lives of resources through Okta's SDK have in common. The SDK's own types are looser than what it accepts. */
import { expect } from 'vitest'
import type { Json } from '../../json.ts'

/** What a life is lived with. */
export interface World {
  readonly client: Json
  readonly origin: string
  /** An origin outside, where a hook's endpoint answers. */
  readonly outside: string
  /** A name that nobody else uses, in either mode. */
  readonly unique: (prefix: string) => string
  /** Calls the API without the SDK, as the bootstrap administrator: for what the SDK cannot do. */
  readonly call: (method: string, path: string, body?: Json) => Promise<Json>
  /** Puts into the database what no call makes yet. */
  readonly execute: (sql: string) => Promise<void>
}

export interface Life {
  readonly name: string
  readonly live: (world: World) => Promise<void>
}

/** All items of a list, over all of its pages. */
export async function all(listed: Promise<Json> | Json): Promise<Json[]> {
  const items: Json[] = []
  const collection: Json = await listed
  await collection['each']((item: Json) => {
    items.push(item)
  })
  return items
}

/** All items of a list that must come in at least so many pages. */
export async function paged(
  { client }: World,
  pages: number,
  list: () => Promise<Json>,
): Promise<Json[]> {
  let requests = 0
  const count = ({ url }: Json): void => {
    // In PrivateKey mode an access token may be fetched in between.
    if (!(url as string).endsWith('/oauth2/v1/token')) requests++
  }
  client['requestExecutor'].on('request', count)
  try {
    const items = await all(list())
    expect(requests).toBeGreaterThanOrEqual(pages)
    return items
  } finally {
    client['requestExecutor'].off('request', count)
  }
}

export const idsOf = (items: readonly Json[]): readonly string[] =>
  items.map((item) => item['id'] as string)

/** The SDK's error for what does not exist, or not any more. */
export async function expectGone(call: Promise<unknown>): Promise<void> {
  await expect(call).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' })
}

/** Calls without an answer resolve to nothing. */
export async function expectNothing(call: Promise<unknown>): Promise<void> {
  expect(await call).toBeUndefined()
}
