/** What an app's ID tokens say of groups, as Terraform's okta_app_oauth reads and writes it. */
import { describe, expect, it } from 'vitest'
import { anAdministrator, APPS, aWebApp, create, refusal } from './app-support.ts'
import { answered, api, made, ORIGIN, type Json } from './support.ts'

const path = (app: Json): string => `/api/v1/internal/apps/${app['id']}/settings/oauth/idToken`

const GROUPS_CLAIM = {
  valueType: 'GROUPS',
  groupFilterType: 'REGEX',
  issuerMode: 'ORG_URL',
  name: 'groups',
  value: '.*',
}

const plain = (app: Json): Json => ({
  issuer: ORIGIN,
  orgUrl: null,
  customUrl: null,
  audience: app['credentials']['oauthClient']['client_id'],
  issuerMode: 'ORG_URL',
})

describe('the ID token settings of an app', () => {
  it('say nothing of groups until they are told, echo what they are told, and forget it again', async () => {
    const app = await create(aWebApp())
    expect(await made(200, 'GET', path(app))).toEqual(plain(app))
    expect(await made(200, 'POST', path(app), { issuerMode: 'ORG_URL' })).toEqual(plain(app))
    const groups = { ...plain(app), ...GROUPS_CLAIM }
    expect(await made(200, 'POST', path(app), GROUPS_CLAIM)).toEqual(groups)
    expect(await made(200, 'GET', path(app))).toEqual(groups)
    const expression = { valueType: 'EXPRESSION', name: 'label', value: 'app.label' }
    expect(await made(200, 'POST', path(app), expression)).toEqual({
      ...plain(app),
      ...expression,
    })
    expect(await made(200, 'POST', path(app), { valueType: '', name: '' })).toEqual(plain(app))
  })

  it('outlive a replacement of the app, whose issuer mode they share', async () => {
    const app = await create(aWebApp())
    await made(200, 'POST', path(app), { ...GROUPS_CLAIM, issuerMode: 'CUSTOM_URL' })
    const read = await made(200, 'GET', `${APPS}/${app['id']}`)
    expect(read['settings']['oauthClient']['issuer_mode']).toBe('CUSTOM_URL')
    await made(200, 'PUT', `${APPS}/${app['id']}`, read)
    expect(await made(200, 'GET', path(app))).toMatchObject({
      ...GROUPS_CLAIM,
      issuerMode: 'CUSTOM_URL',
    })
  })

  it.each([
    ['groupFilterType: The field is missing', { groupFilterType: undefined }],
    ['groupFilterType: ', { groupFilterType: 'LIKE' }],
    ['valueType: ', { valueType: 'SYSTEM' }],
    ['name: The field cannot be left blank', { name: '' }],
    ["name: 'sub' is a reserved name", { name: 'sub' }],
    ["name: 'email' is a reserved name", { name: 'email' }],
    ["name: 'email_verified' is a reserved name", { name: 'email_verified' }],
    ["name: 'preferred_username' is a reserved name", { name: 'preferred_username' }],
    ['name: must not contain white space', { name: 'my groups' }],
    ['name: must not contain white space', { name: 'groups\u200b' }],
    ['value: The field cannot be left blank', { value: undefined }],
    ['value: ', { value: 'x'.repeat(1025) }],
    ['value: ', { valueType: 'EXPRESSION', value: 'user.(' }],
    [
      'value: the profile of users has no attribute "emial"',
      { valueType: 'EXPRESSION', value: 'user.emial' },
    ],
    ['value: a "(" of the pattern is not closed', { value: '(' }],
    ['issuerMode: ', { issuerMode: 'NOWHERE' }],
  ])('are refused with the cause %s', async (cause, changes) => {
    const app = await create(aWebApp())
    expect(await refusal('POST', path(app), { ...GROUPS_CLAIM, ...changes })).toContain(cause)
    expect(await made(200, 'GET', path(app))).toEqual(plain(app))
  })

  it('are read and written with the scopes of apps, of an app that exists', async () => {
    const app = await create(aWebApp())
    const reader = await anAdministrator('APP_ADMIN', 'okta.apps.read')
    expect((await api('GET', path(app), undefined, reader)).status).toBe(200)
    expect((await api('POST', path(app), {}, reader)).status).toBe(403)
    const writer = await anAdministrator('APP_ADMIN', 'okta.apps.manage')
    expect((await api('POST', path(app), {}, writer)).status).toBe(200)
    for (const method of ['GET', 'POST']) {
      const body = method === 'POST' ? {} : undefined
      const [status, error] = await answered(await api(method, path({ id: '0oanone' }), body))
      expect([status, error['errorCode']]).toEqual([404, 'E0000007'])
    }
  })
})
