/** Whatever body is sent to a preview: an answer of the form that is described, or an error that names a member. */
import '../property-seed.ts'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { previewPath } from './preview-support.ts'
import { aPersonWithPassword, aSignInApp } from './sign-in-support.ts'
import { aClient, answered, api, type Json, type TestServer } from './support.ts'
import { aPeopleServer } from './token-support.ts'

let server: TestServer
const known: Record<'clientId' | 'userId' | 'policyId' | 'ruleId', string[]> = {
  clientId: [],
  userId: [],
  policyId: [],
  ruleId: [],
}

beforeAll(async () => {
  server = await aPeopleServer({ scopes: [{ name: 'read' }, { name: 'write', consent: 'REQUIRED' }] }) // prettier-ignore
  const [web, client, person] = [await aSignInApp(), await aClient(), await aPersonWithPassword()]
  known.clientId.push(web.clientId, client.clientId)
  known.userId.push(person.id, person.login)
  known.policyId.push(server.policyId)
  known.ruleId.push(server.ruleId)
})

const ODD = ['', ' ', '__proto__', 'constructor', 'toString', '\u0000', '\ud800', '𝒳', 'x'.repeat(5000), '%00', '"', '{}', 'null'] // prettier-ignore

const text = fc.oneof(fc.string(), fc.constantFrom(...ODD))
const anything = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)

/** Left out as often as not. */
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

/** Mostly what is right, so that much gets through to where it is used. */
const mostly = <Value>(right: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: anything })

const id = (kind: keyof typeof known) =>
  mostly(fc.nat().map((at) => known[kind][at % known[kind].length]))

const some = <Model extends Record<string, fc.Arbitrary<unknown>>>(
  model: Model,
  requiredKeys: (keyof Model & string)[],
) => fc.record(model, { requiredKeys: requiredKeys as never })

const names = fc.array(mostly(fc.constantFrom('read', 'openid', 'ALL_CLIENTS', 'EVERYONE', '*')), { maxLength: 4 }) // prettier-ignore
const members = some({ include: names, exclude: names }, [])

const claim = some(
  {
    id: seldom(anything),
    name: mostly(fc.constantFrom('a', 'sub', 'email')),
    claimType: mostly(fc.constantFrom('RESOURCE', 'IDENTITY')),
    valueType: mostly(fc.constantFrom('EXPRESSION', 'GROUPS', 'SYSTEM')),
    value: mostly(fc.constantFrom('user.email', 'user.x ?: {}', 'access.scope[9]', '/(a+)+$/', '1 +')), // prettier-ignore
    group_filter_type: mostly(fc.constantFrom('REGEX', 'CONTAINS')),
    conditions: mostly(some({ scopes: names }, [])),
    alwaysIncludeInToken: mostly(fc.boolean()),
    status: mostly(fc.constantFrom('ACTIVE', 'INACTIVE')),
  },
  ['name', 'claimType', 'valueType', 'value'],
)

const policy = some(
  {
    id: seldom(id('policyId')),
    type: mostly(fc.constant('OAUTH_AUTHORIZATION_POLICY')),
    name: mostly(fc.constant('p')),
    description: mostly(fc.constant('d')),
    priority: mostly(fc.integer({ min: 1, max: 3 })),
    conditions: mostly(fc.record({ clients: fc.record({ include: names }) })),
  },
  ['type', 'name', 'description', 'conditions'],
)

const rule = some(
  {
    id: seldom(id('ruleId')),
    policyId: id('policyId'),
    type: mostly(fc.constant('RESOURCE_ACCESS')),
    name: mostly(fc.constant('r')),
    priority: mostly(fc.integer({ min: 1, max: 3 })),
    conditions: mostly(
      some(
        {
          people: some({ users: members, groups: members }, []),
          grantTypes: fc.record({ include: fc.subarray(['authorization_code', 'implicit', 'password', 'client_credentials']) }), // prettier-ignore
          scopes: fc.record({ include: names }),
        },
        [],
      ),
    ),
    actions: mostly(some({ token: mostly(some({ accessTokenLifetimeMinutes: mostly(fc.integer({ min: 0, max: 2000 })), inlineHook: mostly(fc.constantFrom(null, { id: 'cal1' })) }, [])) }, [])), // prettier-ignore
  },
  ['policyId', 'type', 'name'],
)

const body = some(
  {
    clientId: id('clientId'),
    grantType: mostly(fc.constantFrom('authorization_code', 'implicit', 'password', 'client_credentials', 'refresh_token')), // prettier-ignore
    responseType: mostly(fc.constantFrom('code', 'code id_token token', 'token', 'id_token', ' code  code')), // prettier-ignore
    userId: id('userId'),
    scopes: mostly(fc.array(mostly(fc.constantFrom('openid', 'read', 'write', 'offline_access', 'email')), { maxLength: 5 })), // prettier-ignore
    nonce: seldom(anything),
    acr_values: seldom(anything),
    claims: seldom(
      fc.oneof(
        fc.json({ maxDepth: 4 }),
        fc.constantFrom('{"id_token":{"__proto__":null,"email":null,"acr":{"essential":true,"values":["x"]}}}', '{"userinfo":{"email":{"essential":true},"constructor":null}}'), // prettier-ignore
      ),
    ),
    claim: seldom(mostly(claim)),
    policy: seldom(mostly(policy)),
    rule: seldom(mostly(rule)),
    includeHook: mostly(fc.boolean()),
  },
  ['clientId', 'userId', 'scopes'],
)

describe('whatever a preview is asked', () => {
  it('it answers, or says what is wrong', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 20, arbitrary: body }, { weight: 1, arbitrary: fc.jsonValue() }),
        async (sent) => {
          // prettier-ignore
          const [status, answer] = await answered(await api('POST', previewPath(server), JSON.stringify(sent))) // prettier-ignore
          const what = status === 200 ? (answer['outcome'] as string) : String(answer['errorCode'])
          seen.set(what, (seen.get(what) ?? 0) + 1)
          expect([status, what]).toEqual([status, expect.stringMatching(status === 200 ? /^(GRANTED|REFUSED)$/ : /^E00000(01|03)$/)]) // prettier-ignore
          if (status === 400 && what === 'E0000001')
            expect((answer['errorCauses'] as Json[]).length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 800, seed: 11 },
    )
    for (const what of ['GRANTED', 'REFUSED', 'E0000001', 'E0000003'])
      expect([what, (seen.get(what) ?? 0) > 5]).toEqual([what, true])
  }, 240_000)
})
