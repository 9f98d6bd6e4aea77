/** Token Preview: what is asked, and what is told of the tokens that would come of it. Okta has it in its console. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { ClaimInput } from './claim.ts'
import { PolicyInput, RuleInput } from './policy.ts'

const Id = z.string().min(1).max(limits.idCharactersMax)
const Names = z.array(z.string().min(1).max(limits.nameCharactersMax)).max(limits.listMembersMax)
const Text = z.string().max(limits.claimsParameterCharactersMax)

export const PREVIEWED_GRANTS = [
  'authorization_code',
  'implicit',
  'password',
  'client_credentials',
  'refresh_token',
  'interaction_code',
] as const

export const PreviewInput = z
  .object({
    clientId: Id.describe('The `client_id` of an app.'),
    grantType: z
      .enum(PREVIEWED_GRANTS)
      .default('authorization_code')
      .describe('`refresh_token`: what a refresh brings of the tokens that came of a code.'),
    responseType: z
      .string()
      .max(limits.nameCharactersMax)
      .optional()
      .describe(
        'Of an authorization request: `code` unless it is said, and `id_token token` of the implicit grant, which is the one without `code`.',
      ),
    userId: Id.nullish().describe('Id or login of the person. Not for `client_credentials`.'),
    scopes: Names.default([]),
    nonce: Text.optional(),
    acr_values: Text.optional(),
    claims: Text.optional().describe('OpenID Connect Core §5.5, as JSON.'),
    claim: ClaimInput.extend({ id: Id.optional() })
      .nullish()
      .describe(
        'A claim that is not saved: in the place of the one with its `id`, or in addition.',
      ),
    policy: PolicyInput.extend({ id: Id.optional() })
      .nullish()
      .describe('A policy that is not saved, likewise. It keeps its rules.'),
    rule: RuleInput.extend({ id: Id.optional(), policyId: Id })
      .nullish()
      .describe('A rule of a policy that is not saved, likewise.'),
    includeHook: z
      .boolean()
      .default(false)
      .describe('Calls the inline hook of the rule, and says what it made of the tokens.'),
  })
  .meta({ id: 'TokenPreviewInput' })

export type PreviewInput = z.output<typeof PreviewInput>

const Payload = z.record(z.string(), z.unknown())

const Token = z
  .object({
    header: z.object({ alg: z.string(), kid: z.string(), typ: z.string().optional() }),
    payload: Payload.describe(
      'Without `at_hash` and `c_hash`, which come of what goes out beside it.',
    ),
    encrypted: z.boolean().describe('Whether the token is encrypted to its resource server.'),
  })
  .meta({ id: 'PreviewedToken' })

const Answer = z
  .object({
    scope: z.string(),
    expires_in: z.int().optional(),
    access_token: Token.optional(),
    id_token: Token.optional(),
    refresh_token: z.boolean().describe('Whether one comes with them.'),
  })
  .meta({ id: 'PreviewedAnswer' })

const Standing = {
  result: z.enum(['MATCHED', 'MISSED', 'NOT_REACHED', 'INACTIVE']),
  condition: z
    .enum(['clients', 'grantTypes', 'people', 'scopes'])
    .optional()
    .describe('The first that missed.'),
}

const Named = { id: z.string(), name: z.string(), priority: z.int(), ...Standing }

export const PreviewOutput = z
  .object({
    outcome: z.enum(['GRANTED', 'REFUSED']),
    error: z.string().optional(),
    error_description: z.string().optional(),
    issuer: z.string(),
    serverStatus: z
      .enum(['ACTIVE', 'INACTIVE'])
      .describe('An inactive server answers nobody; the preview says what it would answer.'),
    authorizationResponse: Answer.optional().describe('What goes through the browser.'),
    tokenResponse: Answer.optional(),
    userinfo: Payload.optional(),
    userinfoError: z
      .object({ error: z.string(), error_description: z.string() })
      .optional()
      .describe('Why userinfo would refuse the access token, which goes out all the same.'),
    scopes: z.array(
      z.object({
        name: z.string(),
        result: z.enum(['GRANTED', 'UNKNOWN', 'DENIED', 'SKIPPED', 'NOT_GRANTED']),
      }),
    ),
    consent: z
      .object({ required: z.array(z.string()), optional: z.array(z.string()) })
      .describe('What the person would be asked for first; the tokens are those of who allows it.'),
    hooks: z
      .array(
        z.object({
          id: z.string(),
          name: z.string().optional().describe('For who may read inline hooks.'),
          endpoint: z.enum(['authorize', 'token']),
          result: z.enum(['TRANSFORMED', 'SKIPPED', 'REFUSED', 'NOT_CALLED']),
          reason: z.string().optional(),
        }),
      )
      .describe('Of the rule that decided. Without `includeHook` it is named and not called.'),
    policies: z.array(z.object({ ...Named, rules: z.array(z.object(Named)) })),
    claims: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        claimType: z.enum(['RESOURCE', 'IDENTITY']),
        valueType: z.enum(['EXPRESSION', 'GROUPS', 'SYSTEM']),
        places: z.array(
          z.object({
            in: z.enum(['access_token', 'id_token', 'userinfo']),
            endpoint: z.enum(['authorize', 'token', 'userinfo']),
            included: z.boolean(),
            value: z.unknown().optional(),
            reason: z.string().optional(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'TokenPreview' })

export type PreviewOutput = z.input<typeof PreviewOutput>
