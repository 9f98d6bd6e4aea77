/** Claims of those whom a person is linked to, from the management door to the token. */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  aRelation,
  LINKED_OBJECTS,
  link,
  linksPath,
  type Relation,
} from './linked-object-support.ts'
import { aPersonWithPassword, aSignInApp, payloadOf, type SignInApp } from './sign-in-support.ts'
import { aClient, answered, api, made, mintWith, type Json, type TestServer } from './support.ts'
import { aPeopleServer, refreshed, tokensFor, userinfo } from './token-support.ts'
import { aUser, USERS } from './user-support.ts'

let app: SignInApp
let server: TestServer
let relation: Relation

const side = (name: string): Json => ({ name, title: name, type: 'USER' })
const MENTORING = { primary: side('mentor'), associated: side('mentee') }

const claimsPath = (): string => `/api/v1/authorizationServers/${server.id}/claims`

const aClaim = (name: string, value: string, claimType = 'RESOURCE'): Json => ({
  name,
  claimType,
  valueType: 'EXPRESSION',
  value,
  alwaysIncludeInToken: true,
})

const addClaim = (...claim: Parameters<typeof aClaim>): Promise<Json> =>
  made(201, 'POST', claimsPath(), aClaim(...claim))

beforeAll(async () => {
  app = await aSignInApp()
  server = await aPeopleServer({ scopes: [{ name: 'read', default: true }] })
  relation = await aRelation()
  const manager = (attribute: string): string =>
    `user.getLinkedObject("${relation.primary}").${attribute}`
  await addClaim('managerEmail', manager('email'))
  await addClaim('isLed', `${manager('login')} != null`)
  await addClaim('managerName', manager('lastName'), 'IDENTITY')
  await made(201, 'POST', LINKED_OBJECTS, MENTORING)
  await addClaim('mentor', 'user.getLinkedObject("mentor").email')
})

describe('whom a person is linked to', () => {
  it('is told of in access tokens, in ID tokens and by userinfo, and nothing of no link', async () => {
    const person = await aPersonWithPassword()
    const manager = await aUser({ lastName: 'Hopper' })
    await link(person.id, relation, manager['id'])
    const tokens = await tokensFor(server.issuer, app, person, { scope: 'openid' })
    const claims = payloadOf(tokens['access_token'])
    expect(claims).toMatchObject({ managerEmail: manager['profile']['email'], isLed: true })
    expect(claims).not.toHaveProperty('mentor')
    expect(payloadOf(tokens['id_token'])['managerName']).toBe('Hopper')
    const [, told] = await answered(await userinfo(server.issuer, tokens['access_token']))
    expect(told['managerName']).toBe('Hopper')
    const alone = await tokensFor(server.issuer, app, await aPersonWithPassword())
    expect(payloadOf(alone['access_token'])).toMatchObject({ isLed: false })
    expect(payloadOf(alone['access_token'])).not.toHaveProperty('managerEmail')
  })

  it('is told of as it is at the next refresh, and at userinfo at once', async () => {
    const person = await aPersonWithPassword()
    const [manager, other] = [await aUser({ lastName: 'Hopper' }), await aUser()]
    await link(person.id, relation, manager['id'])
    const scope = 'openid offline_access'
    const first = await tokensFor(server.issuer, app, person, { scope })
    const accessToken = first['access_token'] as string
    const email = async (): Promise<unknown> =>
      payloadOf((await refreshed(server.issuer, app, first['refresh_token']))['access_token'])['managerEmail'] // prettier-ignore
    const name = async (): Promise<unknown> =>
      (await answered(await userinfo(server.issuer, accessToken)))[1]['managerName']
    expect(payloadOf(accessToken)['managerEmail']).toBe(manager['profile']['email'])
    expect(await name()).toBe('Hopper')
    const profile = { email: 'grace@navy.example', lastName: 'Murray' }
    await made(200, 'POST', `${USERS}/${manager['id']}`, { profile })
    expect([await email(), await name()]).toEqual(['grace@navy.example', 'Murray'])
    await link(person.id, relation, other['id'])
    expect(await email()).toBe(other['profile']['email'])
    await made(204, 'DELETE', linksPath(person.id, relation.primary))
    expect([await email(), await name()]).toEqual([undefined, undefined])
    await link(person.id, relation, manager['id'])
    expect(await email()).toBe('grace@navy.example')
    for (let step = 0; step < 2; step++) await made(204, 'DELETE', `${USERS}/${manager['id']}`)
    expect(await email()).toBeUndefined()
  })

  it('is told of no more once the relation is gone, and again when there is one of its name', async () => {
    const person = await aPersonWithPassword()
    const mentor = await aUser()
    const path = `${linksPath(person.id, 'mentor')}/${mentor['id']}`
    const told = async (): Promise<unknown> =>
      payloadOf((await tokensFor(server.issuer, app, person))['access_token'])['mentor']
    await made(204, 'PUT', path)
    expect(await told()).toBe(mentor['profile']['email'])
    await made(204, 'DELETE', `${LINKED_OBJECTS}/mentee`)
    expect(await told()).toBeUndefined()
    await made(201, 'POST', LINKED_OBJECTS, MENTORING)
    expect(await told()).toBeUndefined()
    await made(204, 'PUT', path)
    expect(await told()).toBe(mentor['profile']['email'])
  })

  it('is nobody for a client that acts for itself', async () => {
    const client = await aClient('client_secret_basic')
    const [status, tokens] = await answered(await mintWith(server, client, { scope: 'read' }))
    expect(status).toBe(200)
    expect(payloadOf(tokens['access_token'])).toMatchObject({ isLed: false })
    expect(payloadOf(tokens['access_token'])).not.toHaveProperty('managerEmail')
  })

  it('is asked for by a name in quotes and with an attribute, or the claim is not saved', async () => {
    for (const value of [
      'user.getLinkedObject("manager")',
      'user.getLinkedObject(user.email).email',
      'user.getLinkedObject().email',
    ]) {
      const [status, error] = await answered(
        await api('POST', claimsPath(), aClaim('refused', value)),
      )
      expect([value, status, error['errorCode']]).toEqual([value, 400, 'E0000001'])
    }
  })
})
