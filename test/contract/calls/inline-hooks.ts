/** Inline hooks. */
import type { Json } from '../../json.ts'
import type { Call } from './call.ts'

const TYPE = 'com.okta.oauth2.tokens.transform'

const hook = (name: string): Json => ({
  name,
  version: '1.0.0',
  channel: {
    type: 'HTTP',
    version: '1.0.0',
    config: {
      uri: 'https://example.com/tokenHook',
      headers: [{ key: 'x-any-key', value: 'my-header-value' }],
      method: 'POST',
      authScheme: { type: 'HEADER', key: 'Authorization', value: 'my-shared-secret' },
    },
  },
})

/** Of a request that a hook is asked with, what all have in common. */
const request: Json = { eventId: 'e', eventType: TYPE, source: 'https://example.com', data: {} }

export const inlineHookCalls: readonly Call[] = [
  {
    operation: 'createInlineHook',
    body: { ...hook('first'), type: TYPE },
    keep: { inlineHookId: 'id' },
  },
  { operation: 'getInlineHook' },
  { operation: 'updateInlineHook', body: { name: 'second' } },
  { operation: 'replaceInlineHook', body: hook('third') },
  { operation: 'executeInlineHook', body: request },
  { operation: 'listInlineHooks', query: { type: TYPE } },
  { operation: 'deactivateInlineHook' },
  { operation: 'activateInlineHook' },
  { operation: 'deactivateInlineHook', what: 'before it is deleted' },
  { operation: 'deleteInlineHook' },
]
