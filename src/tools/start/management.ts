/** Calls of the management API with the bootstrap token, as a local start makes them for its demo. */

/** The answer; null for any refusal. */
export type CallManagement = (method: string, path: string, body?: unknown) => Promise<unknown>

export const callManagement =
  (listening: string, apiToken: string): CallManagement =>
  async (method, path, body) => {
    const response = await fetch(listening + path, {
      method,
      headers: { authorization: `SSWS ${apiToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    return response.ok ? answer : null
  }
