/** What the org says of itself: a name, an address and where help is. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'

const isWebAddress = (text: string): boolean =>
  /^https?:$/.test(URL.parse(text)?.protocol ?? '') && !/\s/.test(text)

/** An empty text says nothing, as null does. */
const Text = z
  .string()
  .trim()
  .max(limits.nameCharactersMax)
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters')
  .transform((text) => (text === '' ? null : text))
  .nullish()

/** Shown as a link to people. */
const WebAddress = z
  .string()
  .trim()
  .max(limits.uriCharactersMax)
  .refine((text) => text === '' || isWebAddress(text), 'must be an http or https URL')
  .transform((text) => (text === '' ? null : text))
  .nullish()

/** Of the buttons of pages, where text on it can be read; ours. */
const Color = z
  .string()
  .regex(/^#[\da-f]{6}$/i, 'must be a colour such as #1662dd')
  .nullish()

/** Shown as an image to people; ours. */
const HttpsAddress = WebAddress.refine(
  (text) => text == null || text.startsWith('https:'),
  'must be an https URL',
)

export const OrgSettingsInput = z
  .object({
    companyName: Text,
    website: WebAddress,
    address1: Text,
    address2: Text,
    city: Text,
    state: Text,
    country: Text,
    postalCode: Text,
    phoneNumber: Text,
    supportPhoneNumber: Text,
    endUserSupportHelpURL: WebAddress,
    primaryColorHex: Color,
    logoUri: HttpsAddress,
    showLockoutFailures: z.boolean().nullish(),
  })
  .meta({ id: 'OrgSettingsInput' })

export type OrgSettings = z.infer<typeof OrgSettingsInput>

export interface Org {
  readonly id: string
  readonly created: number
  readonly lastUpdated: number
  readonly settings: OrgSettings
}
