/** What is kept of the claims of clients that act for themselves is what would be evaluated again. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileClaims } from '../../../src/claims/compile.ts'
import { evaluateClaims, type ClaimSituation } from '../../../src/claims/evaluate.ts'
import { evaluatedForClient } from '../../../src/claims/for-clients.ts'
import type { Client } from '../../../src/domain/client.ts'
import { limits } from '../../../src/platform/limits.ts'
import { aClaim, aClient } from '../support/builders.ts'

const situation = (
  client: Client,
  grantedScopes: readonly string[] = [],
  nowMillis = 0,
): ClaimSituation => ({
  client,
  grantedScopes,
  grantType: 'client_credentials',
  user: null,
  amr: null,
  nowMillis,
})

const compiled = (...values: readonly string[]) =>
  compileClaims(
    values.map((value, at) => aClaim({ name: `claim${at}`, value })),
    { origin: 'https://acme.id.example', orgName: 'Acme' },
  )

it('claims are those of the client, the granted scopes and the server that are asked about', () => {
  const clients = ['eu', 'us'].map((region) => aClient({ profile: { region } }))
  const servers = [compiled('app.profile.region', 'access.scope'), compiled('"constant"')]
  const scopes = fc.subarray(['a', 'b', 'c'])
  const asked = fc.tuple(fc.constantFrom(...servers), fc.constantFrom(...clients), scopes)
  fc.assert(
    fc.property(fc.array(asked), (all) => {
      for (const [server, client, granted] of all)
        expect(evaluatedForClient(server, situation(client, granted))).toEqual(
          evaluateClaims(server, situation(client, granted)),
        )
    }),
  )
})

it('claims are evaluated once for each list of scopes, as far as these are few', () => {
  const client = aClient()
  const server = compiled('access.scope')
  const first = evaluatedForClient(server, situation(client, ['first']))
  const again = () => evaluatedForClient(server, situation(client, ['first']))
  expect(again()).toBe(first)
  for (let at = 0; at < limits.clientClaimsKeptMax; at++)
    evaluatedForClient(server, situation(client, [`other${at}`]))
  expect(again()).not.toBe(first)
  expect(again()).toEqual(first)
})

it("a client's new record has its own claims", () => {
  const server = compiled('app.label')
  const [before, after] = ['Before', 'After'].map((label) => aClient({ label }))
  expect(evaluatedForClient(server, situation(before!))).toMatchObject({ claims: { claim0: 'Before' } }) // prettier-ignore
  expect(evaluatedForClient(server, situation(after!))).toMatchObject({ claims: { claim0: 'After' } }) // prettier-ignore
})

it('what tells the time tells that of each token, also of the subject', () => {
  const client = aClient()
  const at = (server: ReturnType<typeof compiled>, nowMillis: number) =>
    evaluatedForClient(server, situation(client, [], nowMillis))
  const clock = compiled('app.label', 'Time.now()')
  expect(at(clock, 0)).toMatchObject({ claims: { claim1: '1970-01-01T00:00:00.000Z' } })
  expect(at(clock, 1000)).toMatchObject({ claims: { claim1: '1970-01-01T00:00:01.000Z' } })
  const subject = { ...clock, accessToken: [], subject: clock.accessToken[1]! }
  expect(at(subject, 0)).toMatchObject({ subject: '1970-01-01T00:00:00.000Z' })
  expect(at(subject, 1000)).toMatchObject({ subject: '1970-01-01T00:00:01.000Z' })
})
