/** Token Preview: it says what the token will say, who decided, and why each claim is in or out. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anAdministrator, APPS } from './app-support.ts'
import { aGroup, GROUPS } from './group-support.ts'
import { attach, createHook, serveHooks, type Asked, type Endpoint } from './hook-support.ts'
import { logEvents } from './log-support.ts'
import { previewed, previewPath, timeless } from './preview-support.ts'
import { aPersonWithPassword, aSignInApp, payloadOf, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, answered, aPolicy, api, aRule, aServer, made, mintWith, unique, type Json, type TestClient, type TestServer } from './support.ts' // prettier-ignore
import { aPeopleServer, peopleRule, tokensFor } from './token-support.ts'

let app: SignInApp
let client: TestClient
let person: TestPerson
let server: TestServer
let toldId: string
let policyName: string
let ruleName: string

const at = ({ id }: TestServer): string => `/api/v1/authorizationServers/${id}`

const addClaim = (name: string, value: string, changes: Json = {}, to = server): Promise<Json> =>
  made(201, 'POST', `${at(to)}/claims`, {
    name,
    claimType: 'RESOURCE',
    valueType: 'EXPRESSION',
    value,
    ...changes,
  })

const claimIn = (preview: Json, name: string): Json =>
  preview['claims'].find((claim: Json) => claim['name'] === name)

const placesOf = (preview: Json, name: string): readonly Json[] => claimIn(preview, name)['places']

const ofCode = (changes: Json = {}): Json => ({
  clientId: app.clientId,
  userId: person.id,
  scopes: ['openid', 'profile'],
  ...changes,
})

beforeAll(async () => {
  app = await aSignInApp()
  client = await aClient('client_secret_basic')
  person = await aPersonWithPassword({ firstName: 'Ada', department: 'Engines' })
  server = await aPeopleServer()
  await addClaim('department', 'user.department')
  await addClaim('writers', '"yes"', { conditions: { scopes: ['write'] } })
  await addClaim('never', 'user.middleName')
  await addClaim('off', 'true', { status: 'INACTIVE' })
  toldId = (await addClaim('told', '"there"', { claimType: 'IDENTITY' }))['id']
  await addClaim('always', '"here"', { claimType: 'IDENTITY', alwaysIncludeInToken: true })
  const policies = `${at(server)}/policies/${server.policyId}`
  policyName = (await made(200, 'GET', policies))['name']
  ruleName = (await made(200, 'GET', `${policies}/rules/${server.ruleId}`))['name']
})

describe('a preview of tokens', () => {
  it('shows access token, ID token and userinfo decoded, and what each claim came to', async () => {
    const preview = await previewed(server, ofCode())
    expect(preview).toMatchObject({
      outcome: 'GRANTED',
      issuer: server.issuer,
      scopes: [
        { name: 'openid', result: 'GRANTED' },
        { name: 'profile', result: 'GRANTED' },
      ],
      tokenResponse: {
        scope: 'openid profile',
        expires_in: 3600,
        refresh_token: false,
        access_token: {
          header: { alg: 'ES256', kid: expect.any(String) },
          payload: { department: 'Engines', sub: person.login, uid: person.id },
          encrypted: false,
        },
        id_token: { payload: { sub: person.id, always: 'here', aud: app.clientId } },
      },
      userinfo: { sub: person.id, given_name: 'Ada', told: 'there', always: 'here' },
    })
    expect(preview).not.toHaveProperty('authorizationResponse')
    expect(placesOf(preview, 'department')).toEqual([
      { in: 'access_token', endpoint: 'token', included: true, value: 'Engines' },
    ])
    const out = { included: false, reason: expect.any(String) }
    expect(placesOf(preview, 'writers')[0]).toMatchObject({ ...out, reason: /scopes/ })
    expect(placesOf(preview, 'never')[0]).toMatchObject(out)
    expect(placesOf(preview, 'off')[0]).toMatchObject({ ...out, reason: 'It is inactive.' })
    expect(placesOf(preview, 'told')).toMatchObject([
      { in: 'id_token', included: false },
      { in: 'userinfo', included: true, value: 'there' },
    ])
    expect(placesOf(preview, 'given_name')).toMatchObject([
      { in: 'id_token', included: false },
      { in: 'userinfo', included: true, value: 'Ada' },
    ])
    expect(placesOf(preview, 'email')[0]).toMatchObject({ ...out, reason: /scopes/ })
    expect(placesOf(preview, 'sub')[0]).toMatchObject({ included: true, value: person.login })
  })

  it('mints nothing: no token that it shows is known afterwards', async () => {
    const preview = await previewed(server, ofCode({ scopes: ['openid', 'offline_access'] }))
    expect(preview['tokenResponse']['refresh_token']).toBe(true)
    const listed = await made(200, 'GET', `${at(server)}/clients/${app.clientId}/tokens`)
    expect(listed).toEqual([])
    const grants = await made(200, 'GET', `/api/v1/users/${person.id}/grants`)
    expect(grants).toEqual([])
  })

  it('tells of a claim that fails which one it is, and of the others what they would be', async () => {
    const other = await aPeopleServer()
    await addClaim('good', '1 + 1', {}, other)
    await addClaim('bad', 'access.scope[9]', {}, other)
    const preview = await previewed(other, ofCode())
    expect(preview).toMatchObject({
      outcome: 'REFUSED',
      error: 'server_error',
      error_description: "The 'bad' user claim could not be evaluated.",
    })
    expect(preview).not.toHaveProperty('tokenResponse')
    expect(placesOf(preview, 'good')[0]).toMatchObject({ included: true, value: 2 })
    expect(placesOf(preview, 'bad')[0]).toMatchObject({
      included: false,
      reason: 'It cannot be evaluated, and fails the request.',
    })
  })
})

describe('what decided', () => {
  const standings = (preview: Json): unknown =>
    preview['policies'].map((policy: Json) => [
      policy['result'],
      policy['condition'] ?? null,
      policy['rules'].map((rule: Json) => [rule['result'], rule['condition'] ?? null]),
    ])

  it('is told policy by policy and rule by rule, with the condition that missed', async () => {
    const { id } = await aServer({ rule: aRule({ status: 'INACTIVE', name: unique('off') }) })
    const to: TestServer = { id } as TestServer
    const foreign = await aClient('client_secret_basic')
    const policies = `${at(to)}/policies`
    const [first] = (await made(200, 'GET', policies)) as Json[]
    const only = (clients: readonly string[]) => ({ conditions: { clients: { include: clients } } })
    const notOurs = await made(201, 'POST', policies, aPolicy({ name: unique('p'), priority: 1, ...only([foreign.clientId]) })) // prettier-ignore
    const last = await made(201, 'POST', policies, aPolicy({ name: unique('p'), priority: 99 }))
    const rules = `${policies}/${first!['id']}/rules`
    await made(201, 'POST', rules, peopleRule({ name: unique('people'), conditions: { grantTypes: { include: ['authorization_code'] } } })) // prettier-ignore
    await made(201, 'POST', rules, aRule({ name: unique('scopes'), conditions: { ...aRule()['conditions'], scopes: { include: ['other'] } } })) // prettier-ignore
    await made(201, 'POST', rules, aRule({ name: unique('match') }))
    await made(201, 'POST', rules, aRule({ name: unique('behind') }))
    await made(201, 'POST', `${policies}/${last['id']}/rules`, aRule({ name: unique('never') }))
    await made(204, 'POST', `${policies}/${notOurs['id']}/lifecycle/deactivate`)
    await made(204, 'POST', `${policies}/${notOurs['id']}/lifecycle/activate`)
    const ask = { clientId: client.clientId, grantType: 'client_credentials', scopes: ['read'] }
    const preview = await previewed(to, ask)
    expect(preview['outcome']).toBe('GRANTED')
    expect(standings(preview)).toEqual([
      ['MISSED', 'clients', []],
      [
        'MATCHED',
        null,
        [
          ['MISSED', 'grantTypes'],
          ['MISSED', 'scopes'],
          ['MATCHED', null],
          ['NOT_REACHED', null],
          ['INACTIVE', null],
        ],
      ],
      ['NOT_REACHED', null, [['NOT_REACHED', null]]],
    ])
  })

  it('is told of a request that is refused, with each scope', async () => {
    const narrow = aRule()
    const conditions = { ...narrow['conditions'], scopes: { include: ['read'] } }
    const to = await aServer({
      scopes: [{ name: 'read' }, { name: 'write' }],
      rule: { ...narrow, conditions },
    })
    const ask = { clientId: client.clientId, grantType: 'client_credentials' }
    const denied = await previewed(to, { ...ask, scopes: ['read', 'write'] })
    expect(denied).toMatchObject({
      outcome: 'REFUSED',
      error: 'access_denied',
      scopes: [
        { name: 'read', result: 'NOT_GRANTED' },
        { name: 'write', result: 'DENIED' },
      ],
    })
    const unknown = await previewed(to, { ...ask, scopes: ['read', 'none'] })
    expect(unknown).toMatchObject({
      outcome: 'REFUSED',
      error: 'invalid_scope',
      scopes: [
        { name: 'read', result: 'NOT_GRANTED' },
        { name: 'none', result: 'UNKNOWN' },
      ],
      claims: [],
    })
    expect(unknown['policies'][0]).toMatchObject({ result: 'NOT_REACHED' })
  })

  it('says what a person would be asked for, and what a password cannot have without', async () => {
    const asking = await aSignInApp({
      consent_method: 'REQUIRED',
      application_type: 'native',
      grant_types: ['authorization_code', 'password'],
      response_types: ['code'],
    })
    const to = await aPeopleServer({
      scopes: [{ name: 'asked', consent: 'REQUIRED' }, { name: 'maybe', consent: 'REQUIRED', optional: true }], // prettier-ignore
    })
    const ask = { clientId: asking.clientId, userId: person.login, scopes: ['openid', 'asked', 'maybe'] } // prettier-ignore
    const code = await previewed(to, ask)
    expect(code).toMatchObject({
      outcome: 'GRANTED',
      consent: { required: ['asked'], optional: ['maybe'] },
      tokenResponse: { scope: 'openid asked maybe' },
    })
    const password = await previewed(to, { ...ask, grantType: 'password' })
    expect(password).toMatchObject({ outcome: 'REFUSED', error: 'consent_required' })
  })
})

describe('what is not saved', () => {
  it('is looked at as if it were: a claim, in addition or in the place of one', async () => {
    const claim = { name: 'mail', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: 'String.substringBefore(user.email, "@")' } // prettier-ignore
    const before = person.user['profile']['email'].split('@')[0]
    const added = await previewed(server, ofCode({ claim }))
    expect(added['tokenResponse']['access_token']['payload']['mail']).toBe(before)
    const { id } = claimIn(added, 'department')
    const replaced = await previewed(server, ofCode({ claim: { ...claim, id } }))
    const { payload } = replaced['tokenResponse']['access_token']
    expect(payload).toMatchObject({ mail: before })
    expect(payload).not.toHaveProperty('department')
    const { access_token: token } = await tokensFor(server.issuer, app, person)
    expect(payloadOf(token)).not.toHaveProperty('mail')
  })

  it('may be the subject', async () => {
    const all = (await made(200, 'GET', `${at(server)}/claims`)) as Json[]
    const sub = all.find((one) => one['name'] === 'sub')!
    const claim = { ...sub, value: 'user.getInternalProperty("id")' }
    const preview = await previewed(server, ofCode({ claim }))
    expect(preview['tokenResponse']['access_token']['payload']['sub']).toBe(person.id)
  })

  it('may be a rule or a policy, in the place that its priority gives it', async () => {
    const [policy] = (await made(200, 'GET', `${at(server)}/policies`)) as Json[]
    const rule = { ...peopleRule({ token: { accessTokenLifetimeMinutes: 5 }, priority: 1 }), policyId: policy!['id'] } // prettier-ignore
    const first = await previewed(server, ofCode({ rule }))
    expect(first['tokenResponse']['expires_in']).toBe(300)
    expect(first['policies'][0]['rules'].map((one: Json) => one['result'])).toEqual(['MATCHED', 'NOT_REACHED']) // prettier-ignore
    const { priority: _, ...behind } = rule as Json
    const last = await previewed(server, ofCode({ rule: behind }))
    expect(last['tokenResponse']['expires_in']).toBe(3600)
    const closed = aPolicy({ id: policy!['id'], conditions: { clients: { include: [client.clientId] } } }) // prettier-ignore
    const refused = await previewed(server, ofCode({ policy: closed }))
    expect(refused).toMatchObject({ outcome: 'REFUSED', error: 'access_denied' })
    expect(refused['policies'][0]).toMatchObject({ result: 'MISSED', condition: 'clients' })
    expect((await made(200, 'GET', `${at(server)}/policies`)) as Json[]).toHaveLength(1)
  })

  it.each<[string, () => Json]>([
    ['claim.id', () => ofCode({ claim: { id: 'ocl1', name: 'a', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '1' } })], // prettier-ignore
    ['value', () => ofCode({ claim: { name: 'a', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '1 +' } })], // prettier-ignore
    ['value', () => ofCode({ claim: { name: 'a', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: 'user.emial' } })], // prettier-ignore
    ['name', () => ofCode({ claim: { name: 'iss', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '1' } })], // prettier-ignore
    ['rule.policyId', () => ofCode({ rule: { ...peopleRule(), policyId: '00p1' } })],
    ['policy.id', () => ofCode({ policy: aPolicy({ id: '00p1' }) })],
    ['clientId', () => ofCode({ clientId: 'nobody' })],
    ['userId', () => ofCode({ userId: 'nobody' })],
    ['userId', () => ofCode({ userId: null })],
    ['userId', () => ofCode({ grantType: 'client_credentials' })],
    ['grantType', () => ofCode({ grantType: 'urn:openid:params:grant-type:ciba' })],
    ['responseType', () => ofCode({ grantType: 'implicit', responseType: 'code token' })],
    ['responseType', () => ofCode({ grantType: 'refresh_token', responseType: 'id_token' })],
    ['responseType', () => ofCode({ responseType: 'token' })],
    ['responseType', () => ofCode({ grantType: 'interaction_code', responseType: 'code token' })],
    ['claim.name', () => ofCode({ claim: { name: 'department', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '1' } })], // prettier-ignore
    ['claim.name', () => ofCode({ claim: { id: toldId, name: 'always', claimType: 'IDENTITY', valueType: 'EXPRESSION', value: '1' } })], // prettier-ignore
    ['policy.name', () => ofCode({ policy: aPolicy({ name: policyName }) })],
    ['rule.name', () => ofCode({ rule: { ...peopleRule({ name: ruleName }), policyId: server.policyId } })], // prettier-ignore
  ])('is refused where it could not be saved or asked, naming %s', async (field, body) => {
    const [status, error] = await answered(await api('POST', previewPath(server), body()))
    expect([status, error['errorCode']]).toEqual([400, 'E0000001'])
    expect(JSON.stringify(error['errorCauses'])).toContain(field)
  })
})

describe('who may look', () => {
  it('is whoever reads servers, apps and, for a person, people and groups', async () => {
    const all = ['okta.authorizationServers.read', 'okta.apps.read', 'okta.users.read', 'okta.groups.read'] // prettier-ignore
    const allowed = await anAdministrator('READ_ONLY_ADMIN', ...all)
    const [status] = await answered(await api('POST', previewPath(server), ofCode(), allowed))
    expect(status).toBe(200)
    for (const missing of all) {
      const token = await anAdministrator('READ_ONLY_ADMIN', ...all.filter((one) => one !== missing)) // prettier-ignore
      const [refused, error] = await answered(
        await api('POST', previewPath(server), ofCode(), token),
      )
      expect([missing, refused, error['errorCode']]).toEqual([missing, 403, 'E0000006'])
    }
  })

  it('is nobody at a server that does not exist', async () => {
    const [status] = await answered(await api('POST', previewPath({ id: 'aus0' }), ofCode()))
    expect(status).toBe(404)
  })
})

describe('what people have', () => {
  it('is theirs as it is now: groups, the app and whether they may sign in', async () => {
    const own = await aPersonWithPassword()
    const mark = unique('Mark')
    const to = await aPeopleServer()
    await addClaim('groups', mark, { valueType: 'GROUPS', group_filter_type: 'STARTS_WITH' }, to)
    const ask = ofCode({ userId: own.id })
    const groups = async (): Promise<unknown> =>
      (await previewed(to, ask))['tokenResponse']['access_token']['payload']['groups']
    expect(await groups()).toBeUndefined()
    const { id } = await aGroup(`${mark} One`)
    await made(204, 'PUT', `${GROUPS}/${id}/users/${own.id}`)
    expect(await groups()).toEqual([`${mark} One`])
    await made(200, 'POST', `/api/v1/users/${own.id}/lifecycle/suspend`)
    expect(await previewed(to, ask)).toMatchObject({ outcome: 'REFUSED', error: 'login_required' })
  })

  it('must be the app', async () => {
    const assigned = await aSignInApp()
    const now = await made(200, 'GET', `${APPS}/${assigned.id}`)
    const settings = { ...now['settings'], implicitAssignment: false }
    await made(200, 'PUT', `${APPS}/${assigned.id}`, { ...now, settings })
    expect(await previewed(server, ofCode({ clientId: assigned.clientId }))).toMatchObject({
      outcome: 'REFUSED',
      error: 'access_denied',
      error_description: 'User is not assigned to the client application.',
    })
  })
})

describe('a client for itself', () => {
  it('is previewed as its token is minted', async () => {
    const ask = { clientId: client.clientId, grantType: 'client_credentials', scopes: ['read'] }
    const preview = await previewed(server, ask)
    const [, minted] = await answered(await mintWith(server, client, { scope: 'read' }))
    const { iat: _, exp: __, jti: ___, ...claims } = payloadOf(minted['access_token'])
    expect(preview['tokenResponse']['access_token']['payload']).toMatchObject(claims)
    expect(preview).not.toHaveProperty('userinfo')
  })
})

describe('the inline hook of the rule that decided', () => {
  const hooks = serveHooks()
  let hooked: TestServer
  let hook: Json
  let asked: readonly Asked[]
  let endpoint: Endpoint

  const commands = (...value: readonly Json[]): Response =>
    Response.json({ commands: [{ type: 'com.okta.access.patch', value }] })

  beforeAll(async () => {
    hooked = await aPeopleServer()
    hook = await createHook()
    await attach(hooked, hook['id'], peopleRule())
  })

  beforeEach(() => {
    endpoint = () => commands({ op: 'add', path: '/claims/patient', value: 7 })
    asked = hooks.serve(hook['channel']['config']['uri'], (one) => endpoint(one))
  })

  const standing = (result: string, reason?: string): Json => ({
    id: hook['id'],
    name: hook['name'],
    endpoint: 'token',
    result,
    ...(reason !== undefined && { reason }),
  })

  it('is named and not called, unless the caller wants it', async () => {
    const preview = await previewed(hooked, ofCode())
    expect(preview['hooks']).toEqual([standing('NOT_CALLED')])
    expect(preview['tokenResponse']['access_token']['payload']).not.toHaveProperty('patient')
    expect(asked).toEqual([])
  })

  it('is called as for a token, and the preview is what it makes of it', async () => {
    const preview = await previewed(hooked, ofCode({ includeHook: true }))
    expect(preview['hooks']).toEqual([standing('TRANSFORMED')])
    expect(preview['tokenResponse']['access_token']['payload']['patient']).toBe(7)
    const { access_token: token } = await tokensFor(hooked.issuer, app, person, { scope: 'openid profile' }) // prettier-ignore
    expect(payloadOf(token)['patient']).toBe(7)
    const [inPreview, inIssuance] = asked.map(({ body }) => body)
    const shape = (body: Json): Json => ({
      source: body['source'],
      context: Object.keys(body['data']['context']).toSorted(),
      protocol: body['data']['context']['protocol'],
      access: timeless(body['data']['access']['claims']),
      identity: timeless(body['data']['identity']['claims']),
      policy: body['data']['context']['policy'],
    })
    expect(shape(inPreview!)).toEqual(shape(inIssuance!))
  })

  it('leaves the tokens as they are where it fails, and refuses them where it says so', async () => {
    endpoint = () => new Response(null, { status: 500 })
    const failed = await previewed(hooked, ofCode({ includeHook: true }))
    expect(failed['outcome']).toBe('GRANTED')
    expect(failed['hooks']).toEqual([standing('SKIPPED', expect.stringContaining('500'))])
    endpoint = () => Response.json({ error: { errorSummary: 'Not today' } })
    const refused = await previewed(hooked, ofCode({ includeHook: true }))
    expect(refused).toMatchObject({
      outcome: 'REFUSED',
      error: 'server_error',
      error_description: 'Not today',
      hooks: [standing('REFUSED')],
    })
    expect(refused).not.toHaveProperty('tokenResponse')
  })

  it('may be that of a rule that is not saved', async () => {
    const rule = { ...peopleRule({ name: unique('unsaved'), priority: 1, token: { inlineHook: { id: hook['id'] } } }) } // prettier-ignore
    const [policy] = (await made(200, 'GET', `${at(server)}/policies`)) as Json[]
    const ask = ofCode({ rule: { ...rule, policyId: policy!['id'] }, includeHook: true })
    expect((await previewed(server, ask))['hooks']).toEqual([standing('TRANSFORMED')])
  })

  it('is called by its name for who may read hooks', async () => {
    const reads = ['okta.authorizationServers.read', 'okta.apps.read', 'okta.users.read', 'okta.groups.read'] // prettier-ignore
    for (const [scopes, expected] of [
      [[...reads, 'okta.inlineHooks.read'], standing('NOT_CALLED')],
      [reads, { id: hook['id'], endpoint: 'token', result: 'NOT_CALLED' }],
    ] as const) {
      const reader = await anAdministrator('READ_ONLY_ADMIN', ...scopes)
      const [, preview] = await answered(await api('POST', previewPath(hooked), ofCode(), reader))
      expect(preview['hooks']).toEqual([expected])
    }
  })

  it('that is called for a preview is in the log, with what came of it and who asked', async () => {
    const own = await createHook()
    const to = await aPeopleServer()
    await attach(to, own['id'], peopleRule())
    hooks.serve(own['channel']['config']['uri'], (one) => endpoint(one))
    const events = (): Promise<readonly Json[]> =>
      logEvents(`eventType eq "inline_hook.executed" and target.id eq "${own['id']}"`)
    await previewed(to, ofCode())
    expect(await events()).toEqual([])
    await previewed(to, ofCode({ includeHook: true }))
    endpoint = () => new Response(null, { status: 500 })
    await previewed(to, ofCode({ includeHook: true }))
    endpoint = () => Response.json({ error: { errorSummary: 'patient-1234' } })
    await previewed(to, ofCode({ includeHook: true }))
    const told = await events()
    expect(told.map(({ outcome }) => outcome)).toEqual([
      { result: 'SUCCESS', reason: null },
      { result: 'FAILURE', reason: 'the endpoint answered with status 500' },
      { result: 'FAILURE', reason: 'the endpoint answered with an error' },
    ])
    expect(told[0]!['actor']['type']).toBe('User')
    expect(JSON.stringify(told)).not.toContain('patient')
  })

  it('is called only for who may call it', async () => {
    const reads = ['okta.authorizationServers.read', 'okta.apps.read', 'okta.users.read', 'okta.groups.read'] // prettier-ignore
    const reader = await anAdministrator('READ_ONLY_ADMIN', ...reads, 'okta.inlineHooks.read')
    const [status] = await answered(await api('POST', previewPath(hooked), ofCode({ includeHook: true }), reader)) // prettier-ignore
    expect(status).toBe(403)
    expect(asked).toEqual([])
  })
})
