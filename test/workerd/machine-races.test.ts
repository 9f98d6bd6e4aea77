/** Machines at the token endpoint at the same time: everybody is judged by their own secret, and gets their own token. */
import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { aClient, aServer, basic, post, send, type Json } from './support.ts'

const CLIENTS = 6
const REQUESTS = 60

it.each(['ES256', 'RS256', 'EdDSA'])(
  '[RFC6749-4.4] sixty at once, some with the secret of another: each has their own answer, signed with %s',
  async (alg) => {
    const server = await aServer({ alg, scopes: [{ name: 'read' }, { name: 'write' }] })
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => aClient()))
    const asked = Array.from({ length: REQUESTS }, (_, index) => ({
      client: clients[index % CLIENTS]!,
      secretOf: clients[(index % CLIENTS) + (index % 5 === 4 ? 1 : 0)] ?? clients[0]!,
      scope: ['read', 'write', 'read write'][index % 3]!,
    }))
    // Once before, so that all that is remembered is there, and once more.
    for (let time = 0; time < 2; time++) {
      const answers = await Promise.all(
        asked.map(async ({ client, secretOf, scope }) => {
          const response = await post(
            `/oauth2/${server.id}/v1/token`,
            { grant_type: 'client_credentials', scope },
            { authorization: basic(client.clientId, secretOf.secret) },
          )
          return { status: response.status, body: (await response.json()) as Json }
        }),
      )
      expect(answers.map(({ status }) => status)).toEqual(
        asked.map(({ client, secretOf }) => (client === secretOf ? 200 : 401)),
      )
      const keys = createLocalJWKSet(
        (await (await send(`/oauth2/${server.id}/v1/keys`)).json()) as never,
      )
      const ids = new Set<unknown>()
      for (const [index, { client, scope }] of asked.entries()) {
        const { status, body } = answers[index]!
        if (status !== 200) continue
        const { payload } = await jwtVerify(body['access_token'], keys, { algorithms: [alg] })
        expect(payload).toMatchObject({ cid: client.clientId, scp: scope.split(' ') })
        ids.add(payload.jti)
      }
      expect(ids.size).toBe(answers.filter(({ status }) => status === 200).length)
    }
  },
)
