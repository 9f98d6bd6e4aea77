/** Lifecycle calls that ask for the status that is there already: nothing is written, and the log tells of nothing. */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { aPublicJwk, keysPath, secretsPath } from './app-support.ts'
import { aClient, api, aServer, made, type Json } from './support.ts'

const events = async (): Promise<number> =>
  (await env.LOG_DB.prepare('SELECT count(*) AS n FROM events').first<{ n: number }>())!.n

/** Paths of things that are active. */
async function lifecyclesOf(): Promise<readonly string[]> {
  const server = await aServer()
  const policy = `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}`
  const { id } = await aClient()
  const secret = await made(201, 'POST', secretsPath(id), {})
  const key = await made(201, 'POST', keysPath(id), (await aPublicJwk()) as Json)
  return [
    `/api/v1/authorizationServers/${server.id}`,
    policy,
    `${policy}/rules/${server.ruleId}`,
    `/api/v1/apps/${id}`,
    `${secretsPath(id)}/${secret['id']}`,
    `${keysPath(id)}/${key['id']}`,
  ]
}

it('what has the status already is left as it is', async () => {
  for (const path of await lifecyclesOf())
    for (const [verb, more] of [
      ['activate', 0],
      ['deactivate', 1],
      ['deactivate', 0],
      ['activate', 1],
    ] as const) {
      const before = await events()
      const { status } = await api('POST', `${path}/lifecycle/${verb}`)
      expect([path, verb, status < 300, (await events()) - before]).toEqual([
        path,
        verb,
        true,
        more,
      ])
    }
})
