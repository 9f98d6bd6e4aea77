/**
 * What an app's ID tokens say of groups. Terraform's okta_app_oauth reads and writes it at every run; no public API of
 * Okta's has it.
 */
import type { DefinedNames } from '../claims/expression/defined.ts'
import type { App } from '../domain/app.ts'
import { isReservedName } from '../domain/claim.ts'
import {
  IdTokenSettingsInput,
  IdTokenSettingsOutput,
  type GroupsClaim,
} from '../domain/id-token-settings.ts'
import { invalid } from '../protocol/api-errors.ts'
import { updateApp } from '../store/apps.ts'
import { appChange, appOf, APPS_MANAGE, APPS_READ, changedApp, commitAt } from './app-resource.ts'
import { checkExpression, checkGroupFilter } from './claims.ts'
import type { ManagementContext } from './context.ts'
import { definedNames } from './defined-names.ts'
import { route, type Route } from './route.ts'

const PATH = '/api/v1/internal/apps/:appId/settings/oauth/idToken'

function present({ clientId, document }: App, origin: string): Record<string, unknown> {
  const { groupsClaim } = document
  return {
    issuer: origin,
    orgUrl: null,
    customUrl: null,
    audience: clientId,
    issuerMode: document.oauthClient.issuer_mode ?? 'ORG_URL',
    ...(groupsClaim && {
      valueType: groupsClaim.valueType,
      ...(groupsClaim.groupFilterType !== null && {
        groupFilterType: groupsClaim.groupFilterType,
      }),
      name: groupsClaim.name,
      value: groupsClaim.value,
    }),
  }
}

/** Null: the ID token says nothing of groups. Throws E0000001. */
function claimOf(
  { name, valueType, groupFilterType, value }: IdTokenSettingsInput,
  known: GroupsClaim | null,
  defined: DefinedNames,
): GroupsClaim | null {
  if (valueType == null) return null
  if (!name) throw invalid('name', 'name: The field cannot be left blank')
  if (isReservedName(name, 'IDENTITY')) throw invalid('name', `name: '${name}' is a reserved name`)
  if (!value) throw invalid('value', 'value: The field cannot be left blank')
  if (valueType === 'EXPRESSION') {
    checkExpression(value, value === known?.value ? null : defined)
    return { name, valueType, groupFilterType: null, value }
  }
  if (groupFilterType == null)
    throw invalid('groupFilterType', 'groupFilterType: The field is missing')
  checkGroupFilter(groupFilterType, value)
  return { name, valueType, groupFilterType, value }
}

async function saved(
  app: App,
  input: IdTokenSettingsInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  const { oauthClient, groupsClaim } = app.document
  const document = {
    ...app.document,
    groupsClaim: claimOf(input, groupsClaim ?? null, await definedNames(context)),
    oauthClient:
      input.issuerMode == null ? oauthClient : { ...oauthClient, issuer_mode: input.issuerMode },
  }
  const changed: App = { ...app, document }
  await commitAt(
    app,
    [updateApp(db, app, changed, nowSeconds)],
    appChange(app, 'application.lifecycle.update', 'Application is updated'),
    context,
    [],
  )
  return present(changed, origin)
}

export const appIdTokenRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Retrieve what the ID tokens of an app say of groups',
    scope: APPS_READ,
    output: IdTokenSettingsOutput,
    async handle({ params }, context) {
      return present(await appOf(params, context), context.origin)
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Replace what the ID tokens of an app say of groups',
    scope: APPS_MANAGE,
    body: IdTokenSettingsInput,
    subject: 'idToken',
    output: IdTokenSettingsOutput,
    handle: ({ params, body }, context) =>
      changedApp(params, context, (app) => saved(app, body, context)),
  }),
]
