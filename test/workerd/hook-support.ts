/** Inline hooks, and endpoints behind them that are served where the Worker's requests go out. */
import * as outside from './outside.ts'
import { aRule, made, unique, type Json, type TestServer } from './support.ts'

export const HOOKS = '/api/v1/inlineHooks'

export const aHook = (config: Json = {}, changes: Json = {}): Json => ({
  name: unique('hook'),
  type: 'com.okta.oauth2.tokens.transform',
  version: '1.0.0',
  channel: {
    type: 'HTTP',
    version: '1.0.0',
    config: {
      uri: `https://hooks.example/${unique('at')}`,
      headers: [],
      method: 'POST',
      ...config,
    },
  },
  ...changes,
})

export const createHook = (config: Json = {}, changes: Json = {}): Promise<Json> =>
  made(200, 'POST', HOOKS, aHook(config, changes))

/** What the endpoint of a hook was asked. */
export type Asked = outside.Asked<Json>

export type Endpoint = outside.Endpoint<Json>

/** Serves the endpoints of hooks by their URLs, and remembers what each was asked. */
export const serveHooks = (): outside.Outside<Json> =>
  outside.serveOutside((text) => JSON.parse(text || 'null') as Json)

/** Lets a rule of a server name a hook, or none. */
export async function attach(
  { id, policyId, ruleId }: TestServer,
  hookId: string | null,
  rule: Json = {},
): Promise<Json> {
  const token = aRule()['actions']['token']
  const actions = { token: { ...token, ...(hookId !== null && { inlineHook: { id: hookId } }) } }
  const path = `/api/v1/authorizationServers/${id}/policies/${policyId}/rules/${ruleId}`
  return made(200, 'PUT', path, aRule({ ...rule, actions }))
}
