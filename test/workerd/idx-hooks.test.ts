/** Tokens of an interaction code: claims by expression, and a hook that is asked when the code is redeemed. */
import { beforeAll, expect, it } from 'vitest'
import { attach, createHook, serveHooks, type Asked } from './hook-support.ts'
import { aCode, anIdxApp, anIdxServer, redeemInteraction } from './idx-support.ts'
import { aPersonWithPassword, CALLBACK, payloadOf, type SignInApp } from './sign-in-support.ts'
import { answered, made, type Json, type TestServer } from './support.ts'
import { peopleRule } from './token-support.ts'

const hooks = serveHooks()
let server: TestServer
let app: SignInApp
let asked: readonly Asked[]

beforeAll(async () => {
  app = await anIdxApp()
  server = await anIdxServer()
  await made(201, 'POST', `/api/v1/authorizationServers/${server.id}/claims`, {
    name: 'department',
    claimType: 'RESOURCE',
    valueType: 'EXPRESSION',
    value: 'user.department',
  })
  const hook = await createHook()
  const add = (type: string, value: string): Json => ({
    type: `com.okta.${type}.patch`,
    value: [{ op: 'add', path: '/claims/told', value }],
  })
  const commands = [add('access', 'access'), add('identity', 'identity')]
  asked = hooks.serve(hook['channel']['config']['uri'], () => Response.json({ commands }))
  const conditions = { grantTypes: { include: ['interaction_code'] } }
  await attach(server, hook['id'], peopleRule({ conditions }))
})

it('the hook is asked once, at the redemption, and is told neither code nor verifier', async () => {
  const person = await aPersonWithPassword({ department: 'Engines' })
  const { code, verifier } = await aCode(server.issuer, app, person, { nonce: 'n' })
  expect(asked).toHaveLength(0)
  const fields = { interaction_code: code, code_verifier: verifier }
  const [status, tokens] = await answered(await redeemInteraction(server.issuer, app, fields))
  expect(status).toBe(200)
  expect(payloadOf(tokens['access_token'])).toMatchObject({ told: 'access', department: 'Engines' })
  expect(payloadOf(tokens['id_token'])).toMatchObject({ told: 'identity', nonce: 'n' })
  expect(asked).toHaveLength(1)
  const { body } = asked[0]!
  expect(body['data']['context']['user']['id']).toBe(person.id)
  expect(body['data']['context']['protocol']['request']).toEqual({
    grant_type: 'interaction_code',
    redirect_uri: CALLBACK,
    client_id: app.clientId,
  })
  for (const secret of [code, verifier]) expect(JSON.stringify(body)).not.toContain(secret)
})
