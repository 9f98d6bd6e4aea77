/** Inline hooks, and a rule that names one. */
import { expect } from 'vitest'
import type { Json } from '../../json.ts'
import { all, expectGone, expectNothing, idsOf, type Life, type World } from './life.ts'

/** What the endpoint answers, whatever it is asked. */
export const AN_ANSWER: Json = {
  commands: [
    {
      type: 'com.okta.access.patch',
      value: [{ op: 'add', path: '/claims/patient', value: '1234' }],
    },
  ],
}

const TYPE = 'com.okta.oauth2.tokens.transform'

async function live({ client, outside, unique }: World): Promise<void> {
  const api = client['inlineHookApi']
  const replacement = (name: string): Json => ({
    name,
    type: TYPE,
    version: '1.0.0',
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri: `${outside}/hook`,
        method: 'POST',
        headers: [{ key: 'x-sdk', value: 'node' }],
        authScheme: { type: 'HEADER', key: 'Authorization', value: 'a secret' },
      },
    },
  })
  const hook = await api.createInlineHook({ inlineHook: replacement(unique('hook')) })
  const at = { inlineHookId: hook.id as string }
  expect(hook).toMatchObject({ status: 'ACTIVE', type: TYPE, channel: { type: 'HTTP' } })
  expect(hook.channel.config.authScheme).not.toHaveProperty('value')
  expect((await api.getInlineHook(at)).name).toBe(hook.name)
  expect(idsOf(await all(api.listInlineHooks({ type: TYPE })))).toContain(hook.id)
  const [renamed, replaced] = [unique('renamed'), unique('replaced')]
  await api.updateInlineHook({ ...at, inlineHook: { name: renamed } })
  expect((await api.getInlineHook(at)).name).toBe(renamed)
  await api.replaceInlineHook({ ...at, inlineHook: replacement(replaced) })
  expect((await api.getInlineHook(at)).name).toBe(replaced)
  const payloadData = { eventType: TYPE, source: 'https://sdk.example' }
  const { commands } = await api.executeInlineHook({ ...at, payloadData })
  expect(commands[0]).toMatchObject({ type: 'com.okta.access.patch' })
  await named(hook.id as string, client, unique('server'))
  expect((await api.deactivateInlineHook(at)).status).toBe('INACTIVE')
  expect((await api.activateInlineHook(at)).status).toBe('ACTIVE')
  await api.deactivateInlineHook(at)
  await expectNothing(api.deleteInlineHook(at))
  await expectGone(api.getInlineHook(at))
}

/** A rule that names the hook says so. */
async function named(id: string, client: Json, name: string): Promise<void> {
  const servers = client['authorizationServerApi']
  const server = await servers.createAuthorizationServer({
    authorizationServer: { name, audiences: ['api://sdk'] },
  })
  const at = { authServerId: server.id as string }
  const policy = await servers.createAuthorizationServerPolicy({
    ...at,
    policy: {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      name: 'all',
      description: 'all',
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    },
  })
  const rule = await servers.createAuthorizationServerPolicyRule({
    ...at,
    policyId: policy.id,
    policyRule: {
      type: 'RESOURCE_ACCESS',
      name: 'all',
      conditions: {
        grantTypes: { include: ['client_credentials'] },
        scopes: { include: ['*'] },
        people: { groups: { include: ['EVERYONE'] } },
      },
      actions: { token: { inlineHook: { id } } },
    },
  })
  expect(rule.actions.token.inlineHook.id).toBe(id)
  await servers.deleteAuthorizationServer(at)
}

export const inlineHookLives: readonly Life[] = [{ name: 'an inline hook', live }]
