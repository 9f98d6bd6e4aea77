/** What an app's ID tokens say of groups: the setting behind the endpoint that Terraform's okta_app_oauth calls. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { ClaimName } from './claim.ts'

const ISSUER_MODES = ['ORG_URL', 'CUSTOM_URL', 'DYNAMIC'] as const
const FILTERS = ['EQUALS', 'STARTS_WITH', 'CONTAINS', 'REGEX'] as const

/** A claim of the ID token: names of groups that a filter lets pass, or the value of an expression. */
export interface GroupsClaim {
  readonly name: string
  readonly valueType: 'GROUPS' | 'EXPRESSION'
  readonly groupFilterType: (typeof FILTERS)[number] | null
  readonly value: string
}

/** Empty text counts as absent. */
const unlessEmpty = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal('').transform(() => null), schema]).nullish()

export const IdTokenSettingsInput = z
  .object({
    issuerMode: unlessEmpty(z.enum(ISSUER_MODES)),
    valueType: unlessEmpty(z.enum(['GROUPS', 'EXPRESSION'])),
    groupFilterType: unlessEmpty(z.enum(FILTERS)),
    name: ClaimName.nullish(),
    value: z.string().max(limits.expressionCharactersMax).nullish(),
  })
  .meta({ id: 'IdTokenSettingsInput' })

export type IdTokenSettingsInput = z.output<typeof IdTokenSettingsInput>

export const IdTokenSettingsOutput = z
  .object({
    issuer: z.url(),
    orgUrl: z.null(),
    customUrl: z.null(),
    audience: z.string(),
    issuerMode: z.enum(ISSUER_MODES),
    valueType: z.enum(['GROUPS', 'EXPRESSION']).optional(),
    groupFilterType: z.enum(FILTERS).optional(),
    name: z.string().optional(),
    value: z.string().optional(),
  })
  .meta({ id: 'IdTokenSettings' })
