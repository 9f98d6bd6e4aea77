/**
 * Creating and replacing an app: fields, keys and secrets in one batch. A replacement decides on what it read, so
 * every statement of it holds only at the version read; when somebody wrote meanwhile it starts over.
 */
import { type App, type AppFields, type AppReplacement } from '../domain/app.ts'
import { faultsOf, fieldsOf } from '../domain/app-rules.ts'
import {
  isImportable,
  keySetFault,
  publicJwk,
  type AppKey,
  type ClientKeyInput,
} from '../domain/client-key.ts'
import { isFetchable } from '../platform/guarded-fetch.ts'
import { randomId } from '../platform/random.ts'
import { invalid } from '../protocol/api-errors.ts'
import { keysOf, replaceKeysAt, secretsOf } from '../store/app-credentials.ts'
import { insertApp, orgId, updateApp } from '../store/apps.ts'
import { UniqueViolation } from '../store/database.ts'
import { presentApp } from './app-presentation.ts'
import { appChange, commitAt } from './app-resource.ts'
import { planSecrets } from './app-secret-values.ts'
import type { ManagementContext } from './context.ts'

const SETTINGS = 'settings.oauthClient'
const CLIENT_ID = 'credentials.oauthClient.client_id'

/** E0000001 with all causes; the summary names the first field, as Okta's does. */
function refuse(causes: readonly string[]): void {
  const field = /^[\w.]*?(\w+)(\.\d+)*:/.exec(causes[0] ?? '')?.[1]
  if (causes.length > 0) throw invalid(field ?? 'app', ...causes.slice(0, 20))
}

/** The keys that an app has afterwards. Those whose kid it had before keep their ids and, unless told, their status. */
function plannedKeys(
  sent: readonly ClientKeyInput[] | undefined,
  existing: readonly AppKey[],
  jwksUri: string | null,
  now: number,
): readonly AppKey[] {
  // A URI takes the place of registered keys.
  if (sent === undefined) return jwksUri === null ? existing : []
  return sent.map((input) => {
    const kid = input.kid ?? null
    const before = existing.find((key) => key.kid === kid)
    const jwk = publicJwk(input)
    const status = input.status ?? before?.status ?? 'ACTIVE'
    const same = before?.status === status && JSON.stringify(before.jwk) === JSON.stringify(jwk)
    return {
      id: before?.id ?? randomId('pks'),
      kid,
      status,
      jwk,
      created: before?.created ?? now,
      lastUpdated: same ? before.lastUpdated : now,
    }
  })
}

/** Where the server itself will ask, it must be allowed to. */
function addressFaults(
  { jwksUri, document }: AppFields,
  { ports }: ManagementContext,
): readonly string[] {
  const asked = [
    ['jwks_uri', jwksUri],
    ['backchannel_logout_uri', document.oauthClient.backchannel_logout_uri],
  ] as const
  return asked
    .filter(([, uri]) => uri != null && !isFetchable(uri, ports.settings.outboundAllowedOrigins))
    .map(([member]) => `${SETTINGS}.${member}: must be an https URL with a public host name`)
}

async function keyFaults(
  fields: AppFields,
  sent: readonly ClientKeyInput[] | undefined,
  keys: readonly AppKey[],
): Promise<readonly string[]> {
  const { jwksUri, authMethod } = fields
  const faults: string[] = []
  const setFault = keySetFault(keys.map((key) => key.kid))
  if (setFault !== null) faults.push(`${SETTINGS}.jwks: ${setFault}`)
  for (const [index, key] of (sent === undefined ? [] : keys).entries())
    if (!(await isImportable(key.jwk)))
      faults.push(`${SETTINGS}.jwks.keys.${index}: is not a valid public key`)
  if (jwksUri !== null && keys.length > 0)
    faults.push(`${SETTINGS}.jwks_uri: 'jwks' and 'jwks_uri' exclude each other`)
  const hasKeys = jwksUri !== null || keys.some((key) => key.status === 'ACTIVE')
  if (authMethod === 'private_key_jwt' && !hasKeys)
    faults.push(`${SETTINGS}.jwks: 'private_key_jwt' needs an active key in 'jwks', or 'jwks_uri'`)
  return faults
}

export async function createApp(
  input: AppReplacement,
  activate: boolean,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin, nowSeconds } = context
  const fields = fieldsOf(input, null)
  const sent = input.settings.oauthClient.jwks?.keys
  const keys = plannedKeys(sent, [], fields.jwksUri, nowSeconds)
  refuse([
    ...faultsOf(fields),
    ...addressFaults(fields, context),
    ...(await keyFaults(fields, sent, keys)),
  ])
  const id = randomId('0oa')
  const { client_id: givenId, client_secret: givenSecret } = input.credentials?.oauthClient ?? {}
  const app: App = {
    ...fields,
    id,
    clientId: givenId ?? id,
    orgId: await orgId(db),
    status: activate ? 'ACTIVE' : 'INACTIVE',
    isPrivileged: false,
    tokensNotBefore: givenId == null ? 0 : nowSeconds,
    version: 1,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  const secrets = await planSecrets(app, app.authMethod, givenSecret ?? null, [], context)
  try {
    await context.commit(
      [insertApp(db, app)],
      appChange(app, 'application.lifecycle.create', 'Application is created'),
      [...(keys.length > 0 ? replaceKeysAt(db, app, keys) : []), ...secrets.statements],
    )
  } catch (error) {
    if (error instanceof UniqueViolation && error.constraint === 'apps.client_id')
      throw invalid('client_id', `${CLIENT_ID}: An object with this field already exists`)
    throw error
  }
  return presentApp(app, keys, origin, secrets.value)
}

/** Members that never change. Naming their present value is fine. */
function immutableFaults(app: App, input: AppReplacement): readonly string[] {
  const { client_id: clientId } = input.credentials?.oauthClient ?? {}
  const { application_type: type } = input.settings.oauthClient
  return [
    ...(clientId != null && clientId !== app.clientId ? [`${CLIENT_ID}: cannot be changed`] : []),
    ...(type != null && type !== app.applicationType
      ? [`${SETTINGS}.application_type: cannot be changed`]
      : []),
  ]
}

/** One attempt on the app as it was read. */
export async function replaceApp(
  app: App,
  input: AppReplacement,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin, nowSeconds } = context
  const sent = input.settings.oauthClient.jwks?.keys
  const existing = (await keysOf(db, [app.id])).get(app.id) ?? []
  const fields = fieldsOf(input, app)
  const keys = plannedKeys(sent, existing, fields.jwksUri, nowSeconds)
  refuse([
    ...immutableFaults(app, input),
    ...faultsOf(fields),
    ...addressFaults(fields, context),
    ...(await keyFaults(fields, sent, keys)),
  ])
  const secrets = await planSecrets(
    app,
    fields.authMethod,
    input.credentials?.oauthClient?.client_secret ?? null,
    await secretsOf(db, app.id),
    context,
  )
  await commitAt(
    app,
    [
      ...(keys === existing ? [] : replaceKeysAt(db, app, keys)),
      ...secrets.statements,
      updateApp(db, app, fields, nowSeconds),
    ],
    appChange(
      { ...app, label: fields.label },
      'application.lifecycle.update',
      'Application is updated',
    ),
    context,
    [],
  )
  const changed = { ...app, ...fields, lastUpdated: nowSeconds }
  return presentApp(changed, keys, origin, secrets.value)
}
