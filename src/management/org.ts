/** The org's general settings. */
import * as z from 'zod'
import { OrgSettingsInput, type Org } from '../domain/org.ts'
import { Timestamp } from '../domain/output.ts'
import { timestamp } from '../platform/clock.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { patchOrgSettings, readOrg, replaceOrgSettings } from '../store/org-settings.ts'
import type { ManagementContext } from './context.ts'
import { route, type Route } from './route.ts'

const PATH = '/api/v1/org'
const READ = 'okta.orgs.read'
const MANAGE = 'okta.orgs.manage'

const Text = z.string().nullable()

const Output = z
  .object({
    id: z.string(),
    subdomain: z.string(),
    companyName: Text,
    website: Text,
    status: z.literal('ACTIVE'),
    created: Timestamp,
    lastUpdated: Timestamp,
    expiresAt: z.null(),
    address1: Text,
    address2: Text,
    city: Text,
    state: Text,
    country: Text,
    postalCode: Text,
    phoneNumber: Text,
    supportPhoneNumber: Text,
    endUserSupportHelpURL: Text,
    primaryColorHex: Text.describe('Of the buttons of pages; not in Okta.'),
    logoUri: Text.describe('Of the image on pages, an https address; not in Okta.'),
    showLockoutFailures: z
      .boolean()
      .describe('Whether the authentication API says that an account is locked out.'),
    _links: z.object({}),
  })
  .meta({ id: 'OrgSettings' })

const present = (org: Org, origin: string): z.input<typeof Output> => ({
  id: org.id,
  subdomain: new URL(origin).hostname.split('.')[0]!,
  companyName: org.settings.companyName ?? null,
  website: org.settings.website ?? null,
  status: 'ACTIVE',
  created: timestamp(org.created),
  lastUpdated: timestamp(org.lastUpdated),
  expiresAt: null,
  address1: org.settings.address1 ?? null,
  address2: org.settings.address2 ?? null,
  city: org.settings.city ?? null,
  state: org.settings.state ?? null,
  country: org.settings.country ?? null,
  postalCode: org.settings.postalCode ?? null,
  phoneNumber: org.settings.phoneNumber ?? null,
  supportPhoneNumber: org.settings.supportPhoneNumber ?? null,
  endUserSupportHelpURL: org.settings.endUserSupportHelpURL ?? null,
  primaryColorHex: org.settings.primaryColorHex ?? null,
  logoUri: org.settings.logoUri ?? null,
  showLockoutFailures: org.settings.showLockoutFailures ?? false,
  _links: {},
})

async function written(
  statement: D1PreparedStatement,
  context: ManagementContext,
): Promise<unknown> {
  const { id } = await readOrg(context.db)
  await context.commitOr(new ApiError('E0000009'), [statement], {
    eventType: 'system.org.settings.update',
    displayMessage: 'Settings of the org are updated',
    orgSettings: true,
    target: [{ id, type: 'Org', alternateId: null, displayName: null }],
  })
  return present(await readOrg(context.db), context.origin)
}

export const orgRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Retrieve the org settings',
    scope: READ,
    output: Output,
    handle: async (_input, { db, origin }) => present(await readOrg(db), origin),
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Update the org settings',
    scope: MANAGE,
    body: OrgSettingsInput,
    subject: 'orgSetting',
    output: Output,
    handle: ({ body }, context) =>
      written(patchOrgSettings(context.db, body, context.nowSeconds), context),
  }),
  route({
    method: 'PUT',
    path: PATH,
    summary: 'Replace the org settings',
    scope: MANAGE,
    body: OrgSettingsInput,
    subject: 'orgSetting',
    output: Output,
    handle: ({ body }, context) =>
      written(replaceOrgSettings(context.db, body, context.nowSeconds), context),
  }),
]
