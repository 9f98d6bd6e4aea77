/** What a hook is told of the request for tokens: where it came, with which parameters, and nothing that is secret. */
import type { ServerUrls } from '../issuer/urls.ts'
import type { Form } from '../protocol/form.ts'
import type { AskingRequest } from './request.ts'

export type AskingEndpoint = 'authorize' | 'token'

const METHODS: Readonly<Record<AskingEndpoint, string>> = { authorize: 'GET', token: 'POST' }

/** What is told of a request, apart from its URL. */
const TOLD: readonly string[] = [
  'scope',
  'state',
  'redirect_uri',
  'response_mode',
  'response_type',
  'grant_type',
]

/** What stands in the URL of an authorization request and proves something. */
const SECRET: ReadonlySet<string> = new Set(['id_token_hint', 'sessionToken'])

export function askingRequest(
  urls: ServerUrls,
  endpoint: AskingEndpoint,
  parameters: Form,
  caller: Pick<AskingRequest, 'id' | 'ipAddress'>,
): AskingRequest {
  const all = [...parameters]
  // The parameters of the token endpoint are in its body, and most of them are secret.
  const query = new URLSearchParams(
    endpoint === 'token' ? [] : all.filter(([name]) => !SECRET.has(name)),
  )
  return {
    ...caller,
    method: METHODS[endpoint],
    source: urls[endpoint],
    url: query.size === 0 ? urls[endpoint] : `${urls[endpoint]}?${query.toString()}`,
    parameters: Object.fromEntries(all.filter(([name]) => TOLD.includes(name))),
  }
}
