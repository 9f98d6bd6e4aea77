/** A key ring is told what its server is like by whoever wrote the server, and several may do so at once. */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { readSettings } from '../../src/platform/settings.ts'
import { deliver, snapshotSourceOf } from '../../src/state/ports.ts'
import { aServer, made, type Json } from './support.ts'

const SERVERS = '/api/v1/authorizationServers'

const ringOf = (id: string) => env.KEY_RING.getByName(id)
const now = (): number => Math.floor(Date.now() / 1000)

/** The environment of somebody who has read the server and whose call of its ring comes after `other`. */
function latecomer(other: () => Promise<unknown>): Cloudflare.Env {
  let meanwhile: (() => Promise<unknown>) | null = other
  const getByName = (name: string) => ({
    async configure(...settings: Parameters<ReturnType<typeof ringOf>['configure']>) {
      const first = meanwhile
      meanwhile = null
      await first?.()
      return ringOf(name).configure(...settings)
    },
    destroy: () => ringOf(name).destroy(),
  })
  return { ...env, KEY_RING: { getByName } } as never
}

const tell = (by: Cloudflare.Env, subject: string): Promise<void> =>
  deliver(by, { id: 'obxrace', kind: 'key-ring.configure', subject, payload: {} })

it('the ring is as the server is at last, also when an earlier writer tells it late', async () => {
  const { id } = await aServer()
  const path = `${SERVERS}/${id}`
  const server = await made(200, 'GET', path)
  const credentials = { signing: { rotationMode: 'MANUAL', alg: 'EdDSA' } }
  const replace = (): Promise<Json> => made(200, 'PUT', path, { ...server, credentials })
  await tell(latecomer(replace), id)
  expect(await ringOf(id).read(now())).toMatchObject({ rotationMode: 'MANUAL', algorithm: 'EdDSA' })
})

it('the ring of a server that was deleted meanwhile does not come back', async () => {
  for (const how of ['told', 'found'] as const) {
    const { id } = await aServer()
    const remove = (): Promise<Json> => made(204, 'DELETE', `${SERVERS}/${id}`)
    const by = latecomer(remove)
    const server = { kind: 'custom', signingAlgorithm: 'ES256', rotationMode: 'AUTO' } as const
    if (how === 'told') await tell(by, id)
    else
      expect(
        await snapshotSourceOf(by, readSettings({ ...by }), () => undefined).foundRing(id, server),
      ).toBeNull()
    expect(await ringOf(id).read(now())).toBeNull()
  }
})
