/**
 * The preview cannot lie: for hundreds of generated configurations and requests, what it says is what the endpoints
 * then do, by every grant: the same claims, or the same refusal. Only what names a moment or a session differs.
 */
import '../property-seed.ts'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, type Browser } from './browser.ts'
import { aGroup, GROUPS } from './group-support.ts'
import { anIdxApp, codeOf, interactFields, Page, redeemInteraction } from './idx-support.ts'
import { expectPreviewed, previewed } from './preview-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, PASSWORD, payloadOf, pkce, redeem, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, answered, basic, made, mintWith, post, unique, type Json, type TestClient, type TestServer } from './support.ts' // prettier-ignore
import { aPeopleServer, peopleRule, refresh, userinfo } from './token-support.ts'

const MARK = unique('Mark')
const NONCE = 'nonce-1'

const VALUES = [
  'user.department',
  'user == null ? "nobody" : user.firstName + " " + user.lastName',
  'String.substringBefore(user.email, "@")',
  'String.replace(Arrays.toCsvString(access.scope), ",", " ")',
  'app.label',
  'appuser.userName',
  'session.amr',
  'org.subDomain',
  'user.getInternalProperty("status")',
  `isMemberOfGroupNameStartsWith("${MARK}")`,
  `user.getGroups({"group.profile.name": "${MARK}"}).![name]`,
  `Groups.contains("OKTA", "${MARK}", 2) ?: {}`,
  'Arrays.size(access.scope) > 2 ? access.scope[2] : null',
  'access.scope[3]',
  'user.middleName',
  '{1, true, "three"}',
]

const scopeNames = ['openid', 'profile', 'email', 'offline_access', 'read', 'write']

const GRANTS = ['authorization_code', 'implicit', 'password', 'client_credentials', 'interaction_code'] // prettier-ignore

const subset = (names: readonly string[]) => fc.subarray([...names])

const claimBody = fc.record({
  claimType: fc.constantFrom('RESOURCE', 'IDENTITY'),
  status: fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'INACTIVE'),
  alwaysIncludeInToken: fc.boolean(),
  conditions: fc.record({ scopes: subset(['openid', 'read', 'write', 'email']) }),
  value: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  filter: fc.constantFrom('STARTS_WITH', 'EQUALS', 'CONTAINS', 'REGEX'),
})

type ClaimBody = typeof claimBody extends fc.Arbitrary<infer Body> ? Body : never

const RESPONSE_TYPES = ['code', 'id_token', 'id_token token', 'token', 'code id_token', 'code token', 'code id_token token'] // prettier-ignore

const scenario = fc.record({
  claims: fc.array(claimBody, { maxLength: 4 }),
  rule: fc.record({
    minutes: fc.integer({ min: 5, max: 1440 }),
    scopes: fc.oneof(fc.constant(['*']), subset(scopeNames)),
    grants: fc.oneof(
      { weight: 3, arbitrary: fc.constant(GRANTS) },
      { weight: 1, arbitrary: subset(GRANTS) },
    ),
    excludesFirst: fc.boolean(),
  }),
  person: fc.nat({ max: 2 }),
  grant: fc.constantFrom('authorize', 'authorize', 'authorize', 'refresh_token', 'client_credentials', 'password', 'interaction_code'), // prettier-ignore
  responseType: fc.constantFrom('code', 'code', ...RESPONSE_TYPES),
  scopes: fc.oneof(
    { weight: 6, arbitrary: subset(scopeNames) },
    { weight: 1, arbitrary: fc.constant<string[]>(['openid', 'unknown']) },
  ),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer One> ? One : never

let web: SignInApp
let native: SignInApp
let page: SignInApp
let service: TestClient
let server: TestServer
let people: readonly { readonly person: TestPerson; readonly browser: Browser }[]
let rulePath: string
let saved: readonly string[] = []

const at = (): string => `/api/v1/authorizationServers/${server.id}`

beforeAll(async () => {
  web = await aSignInApp()
  native = await aSignInApp({
    application_type: 'native',
    grant_types: ['authorization_code', 'password', 'refresh_token'],
    response_types: ['code'],
  })
  page = await anIdxApp()
  service = await aClient('client_secret_basic')
  server = await aPeopleServer({ scopes: [{ name: 'read', default: true }, { name: 'write' }] })
  const [policy] = (await made(200, 'GET', `${at()}/policies`)) as Json[]
  const rules = `${at()}/policies/${policy!['id']}/rules`
  const [rule] = (await made(200, 'GET', rules)) as Json[]
  rulePath = `${rules}/${rule!['id']}`
  const groups = await Promise.all(['One', 'Two', 'Three'].map((name) => aGroup(`${MARK} ${name}`)))
  const profiles = [{}, { department: 'Engines', middleName: 'Mid' }, { department: 'Sales' }]
  const signedInPeople: { person: TestPerson; browser: Browser }[] = []
  for (const [index, profile] of profiles.entries()) {
    const person = await aPersonWithPassword(profile)
    for (const { id } of groups.slice(0, index === 1 ? 3 : index))
      await made(204, 'PUT', `${GROUPS}/${id}/users/${person.id}`)
    const { browser } = await signedIn(server.issuer, web, person)
    signedInPeople.push({ person, browser })
  }
  people = signedInPeople
})

const bodyOf = ({ value, filter, ...claim }: ClaimBody, index: number): Json => ({
  name: `claim${index}`,
  ...claim,
  ...(value === null
    ? { valueType: 'GROUPS', group_filter_type: filter, value: MARK }
    : { valueType: 'EXPRESSION', value }),
})

async function configure({ claims, rule }: Scenario): Promise<void> {
  for (const id of saved) await made(204, 'DELETE', `${at()}/claims/${id}`)
  const created: string[] = []
  for (const [index, claim] of claims.entries())
    created.push((await made(201, 'POST', `${at()}/claims`, bodyOf(claim, index)))['id'])
  saved = created
  const exclude = rule.excludesFirst ? [people[0]!.person.id] : []
  await made(
    200,
    'PUT',
    rulePath,
    peopleRule({
      conditions: {
        grantTypes: { include: rule.grants },
        scopes: { include: rule.scopes },
        people: {
          users: { include: [], exclude },
          groups: { include: ['EVERYONE'], exclude: [] },
        },
      },
      token: { accessTokenLifetimeMinutes: rule.minutes },
    }),
  )
}

/** What the endpoints did: the tokens of both halves, or the refusal. */
interface Done {
  readonly error?: readonly [string, string]
  readonly authorize?: Json
  readonly token?: Json
}

const errorOf = ({ error, error_description: description }: Json): Done => ({
  error: [error, description],
})

const settled = async (response: Response): Promise<Done> => {
  const [status, body] = await answered(response)
  return status === 200 ? { token: body } : errorOf(body)
}

async function authorized({ person, responseType, scopes }: Scenario): Promise<Done> {
  const parameters = {
    response_type: responseType,
    scope: scopes.join(' '),
    nonce: NONCE,
  }
  const { browser } = people[person]!
  const answer: Json = answerOf(await browser.get(authorizeUrl(server.issuer, web, parameters)))
  if ('error' in answer) return errorOf(answer)
  if (!('code' in answer)) return { authorize: answer }
  return { authorize: answer, ...(await settled(await redeem(server.issuer, web, answer['code']))) }
}

/** In the browser of somebody who is signed in, a page asks for a code at once. */
async function interacted({ person, scopes }: Scenario): Promise<Done> {
  const asks = new Page(people[person]!.browser)
  const { verifier, challenge } = await pkce()
  const fields = { ...interactFields(page, challenge), scope: scopes.join(' '), nonce: NONCE }
  const [begun, begins] = await answered(await asks.form(`${server.issuer}/v1/interact`, fields))
  if (begun !== 200) return errorOf(begins)
  const { interaction_handle: interactionHandle } = begins
  const [, document] = await asks.idx('introspect', { interactionHandle })
  const code = codeOf(document)
  if (code === undefined) {
    const [told] = document['messages']['value'] as Json[]
    return { error: [told!['i18n']['key'], told!['message']] }
  }
  return settled(
    await redeemInteraction(server.issuer, page, {
      interaction_code: code,
      code_verifier: verifier,
    }),
  )
}

async function asked(one: Scenario): Promise<Done> {
  const { grant, person, scopes } = one
  const scope = scopes.join(' ')
  if (grant === 'client_credentials') return settled(await mintWith(server, service, { scope }))
  if (grant === 'password')
    return settled(
      await post(
        `${server.issuer}/v1/token`,
        { grant_type: 'password', username: people[person]!.person.login, password: PASSWORD, scope }, // prettier-ignore
        { authorization: basic(native.clientId, native.secret) },
      ),
    )
  if (grant === 'authorize') return authorized(one)
  if (grant === 'interaction_code') return interacted(one)
  const first = await authorized({ ...one, responseType: 'code' })
  if (first.token === undefined) return first
  const { refresh_token: token } = first.token
  return token === undefined ? first : settled(await refresh(server.issuer, web, token))
}

function requestOf({ grant, person, responseType, scopes }: Scenario): Json {
  const { id } = people[person]!.person
  const clients: Json = {
    client_credentials: service.clientId,
    password: native.clientId,
    interaction_code: page.clientId,
  }
  const isAuthorize = grant === 'authorize'
  const isImplicit = isAuthorize && !responseType.includes('code')
  return {
    clientId: clients[grant] ?? web.clientId,
    grantType: isImplicit ? 'implicit' : isAuthorize ? 'authorization_code' : grant,
    scopes,
    ...(grant !== 'client_credentials' && { userId: id }),
    ...(isAuthorize && { responseType }),
    nonce: NONCE,
  }
}

/** There was nothing to refresh with. */
const hasNoRefresh = ({ grant, scopes }: Scenario, { token }: Done): boolean =>
  grant === 'refresh_token' && token !== undefined && !scopes.includes('offline_access')

/** What a preview says of one answer is what went out. */
function expectAnswer(previewedAnswer: Json | undefined, sent: Json | undefined): void {
  const decoded = (token: string | undefined): Json | undefined =>
    token === undefined ? undefined : payloadOf(token)
  expectPreviewed(previewedAnswer?.['access_token'], decoded(sent?.['access_token']))
  expectPreviewed(previewedAnswer?.['id_token'], decoded(sent?.['id_token']))
  if (sent?.['access_token'] === undefined) return
  expect(previewedAnswer?.['scope']).toBe(sent['scope'])
  expect(previewedAnswer?.['expires_in']).toBe(Number(sent['expires_in']))
}

describe('whatever is configured and asked', () => {
  it('what is previewed is what is issued', async () => {
    const outcomes = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        await configure(one)
        const preview = await previewed(server, requestOf(one))
        const done = await asked(one)
        if (hasNoRefresh(one, done)) {
          expect(preview['outcome']).toBe('REFUSED')
          return
        }
        const refused = preview['outcome'] === 'REFUSED'
        const key = `${one.grant} ${preview['outcome']}`
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
        expect(refused ? [preview['error'], preview['error_description']] : undefined).toEqual(done.error) // prettier-ignore
        if (refused) return
        if (one.grant === 'authorize')
          expectAnswer(preview['authorizationResponse'], done.authorize)
        expectAnswer(preview['tokenResponse'], done.token)
        if (done.token?.['refresh_token'] !== undefined && one.grant !== 'refresh_token')
          expect(preview['tokenResponse']['refresh_token']).toBe(true)
        const token = done.token?.['access_token'] ?? done.authorize?.['access_token']
        if (token === undefined || preview['userinfo'] === undefined) return
        const [, told] = await answered(await userinfo(server.issuer, token))
        expect(preview['userinfo']).toEqual(told)
      }),
      { numRuns: 300, seed: 7 },
    )
    // Both spaces were visited, by every grant.
    for (const grant of ['authorize', 'refresh_token', 'client_credentials', 'password', 'interaction_code']) // prettier-ignore
      for (const outcome of ['GRANTED', 'REFUSED'])
        expect([grant, outcome, (outcomes.get(`${grant} ${outcome}`) ?? 0) > 0]).toEqual([grant, outcome, true]) // prettier-ignore
  }, 240_000)
})
