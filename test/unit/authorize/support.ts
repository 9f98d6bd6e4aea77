/** An authorization request that is good, and what becomes of it when a test changes something. */
import { checkAuthorizationRequest } from '../../../src/authorize/checks.ts'
import { AuthorizeRefused } from '../../../src/authorize/refused.ts'
import type { AuthorizationRequest, RequestEndpoint } from '../../../src/authorize/request.ts'
import type { Client, ClientFlows } from '../../../src/domain/client.ts'
import type { CompiledServer } from '../../../src/issuer/compile.ts'
import type { Form } from '../../../src/protocol/form.ts'
import { aClient, aCompiledServer, aScope } from '../support/builders.ts'

export const CALLBACK = 'https://app.example/cb'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** Undefined removes a parameter. */
export type Changes = Readonly<Record<string, string | undefined>>
export type ClientChanges = Partial<Omit<Client, 'flows'>> & { flows?: Partial<ClientFlows> }

export const form = (changes: Changes = {}): Form =>
  new Map(
    Object.entries({
      client_id: 'client-1',
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid',
      state: 'the state',
      ...changes,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )

export const aWebClient = ({ flows, ...changes }: ClientChanges = {}): Client =>
  aClient({
    applicationType: 'web',
    grantTypes: ['authorization_code', 'implicit', 'refresh_token'],
    ...changes,
    flows: {
      ...aClient().flows,
      redirectUris: [CALLBACK],
      responseTypes: ['code', 'id_token', 'token'],
      ...flows,
    },
  })

export const server = aCompiledServer({ scopes: [aScope('read')] })

export const ask = (
  changes: Changes = {},
  client: ClientChanges | null = {},
  at: CompiledServer = server,
  endpoint: RequestEndpoint = 'authorize',
): AuthorizationRequest =>
  checkAuthorizationRequest(form(changes), at, client && aWebClient(client), endpoint)

/** The refusal; anything else that is thrown is a fault of ours. */
export function refusalOf(attempt: () => unknown): AuthorizeRefused {
  try {
    attempt()
  } catch (error) {
    if (error instanceof AuthorizeRefused) return error
    throw error
  }
  throw new Error('nothing was refused')
}
