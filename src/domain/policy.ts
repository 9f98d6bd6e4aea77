/** An access policy of a custom authorization server and its rules. */
import { limits } from '../platform/limits.ts'
import { GRANT_TYPES } from '../protocol/urns.ts'
import * as z from 'zod'
import type { Status } from './authorization-server.ts'
import { lifecycleLinks, Link, StatusOutput, Timestamp } from './output.ts'

export interface Rule {
  readonly id: string
  readonly policyId: string
  readonly name: string
  readonly priority: number
  readonly status: Status
  readonly system: boolean
  readonly conditions: RuleConditions
  readonly actions: RuleActions
  /** The inline hook that is asked about the tokens that this rule lets out. */
  readonly hookId: string | null
  readonly created: number
  readonly lastUpdated: number
}

export interface Policy {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly priority: number
  readonly status: Status
  readonly system: boolean
  /** Client ids, or ALL_CLIENTS. */
  readonly clients: readonly string[]
  readonly rules: readonly Rule[]
  readonly created: number
  readonly lastUpdated: number
}

export const ALL_CLIENTS = 'ALL_CLIENTS'
/** In the place of a group: whoever the app is assigned to. */
export const EVERYONE = 'EVERYONE'

const names = z.array(z.string().min(1).max(limits.nameCharactersMax)).max(limits.listMembersMax)

const Members = z.object({ include: names.optional(), exclude: names.optional() })

// Okta normalises an empty `users` to {exclude: []} and keeps only the members of `groups` that were sent.
const People = z
  .object({
    users: Members.nullish().transform((users) => ({
      ...(users?.include && { include: users.include }),
      exclude: users?.exclude ?? [],
    })),
    groups: Members.nullish().transform((groups) => groups ?? undefined),
  })
  .transform(({ users, groups }) => (groups === undefined ? { users } : { users, groups }))

const RuleConditions = z.object({
  people: People.nullish().transform((people) => people ?? { users: { exclude: [] } }),
  grantTypes: z
    .object({ include: z.array(z.enum(GRANT_TYPES)).max(GRANT_TYPES.length).default([]) })
    .nullish()
    .transform((grantTypes) => grantTypes ?? { include: [] }),
  scopes: z
    .object({ include: names.default([]) })
    .nullish()
    .transform((scopes) => scopes ?? { include: [] }),
})

export type RuleConditions = z.output<typeof RuleConditions>

const RuleActions = z.object({
  token: z
    .object({
      accessTokenLifetimeMinutes: z.int().min(5).max(1440).default(60),
      refreshTokenLifetimeMinutes: z.int().min(0).max(100_000_000).default(0),
      refreshTokenWindowMinutes: z.int().min(10).max(2_628_000).default(10_080),
      inlineHook: z.object({ id: z.string().max(limits.nameCharactersMax) }).nullish(),
    })
    .prefault({})
    .refine(
      (token) =>
        token.refreshTokenLifetimeMinutes === 0 ||
        token.refreshTokenLifetimeMinutes >= token.accessTokenLifetimeMinutes,
      {
        path: ['refreshTokenLifetimeMinutes'],
        message: 'must be 0 (unlimited) or at least accessTokenLifetimeMinutes',
      },
    ),
})

/** What a rule stores of them; its hook stands apart. */
export interface RuleActions {
  readonly token: Omit<z.output<typeof RuleActions>['token'], 'inlineHook'>
}

const priority = z.int().min(1).max(1_000_000).optional()

export const PolicyInput = z
  .object({
    type: z.literal('OAUTH_AUTHORIZATION_POLICY'),
    name: z.string().trim().min(1).max(100),
    description: z.string().min(1).max(255),
    priority,
    status: z.enum(['ACTIVE', 'INACTIVE']).default('ACTIVE'),
    conditions: z.object({ clients: z.object({ include: names }) }),
  })
  .meta({ id: 'PolicyInput' })

export type PolicyInput = z.infer<typeof PolicyInput>

export const RuleInput = z
  .object({
    type: z.literal('RESOURCE_ACCESS'),
    name: z.string().trim().min(1).max(100),
    priority,
    status: z.enum(['ACTIVE', 'INACTIVE']).default('ACTIVE'),
    conditions: RuleConditions,
    actions: RuleActions.prefault({}),
  })
  .meta({ id: 'RuleInput' })

export type RuleInput = z.infer<typeof RuleInput>

const ordered = {
  id: z.string(),
  status: StatusOutput,
  name: z.string(),
  priority: z.int(),
  system: z.boolean(),
  created: Timestamp,
  lastUpdated: Timestamp,
}

export const PolicyOutput = z
  .object({
    ...ordered,
    type: z.literal('OAUTH_AUTHORIZATION_POLICY'),
    description: z.string(),
    conditions: z.object({ clients: z.object({ include: z.array(z.string()) }) }),
    _links: z.object({ ...lifecycleLinks, rules: Link, self: Link }),
  })
  .meta({ id: 'AuthorizationServerPolicy' })

const some = z.array(z.string())

export const RuleOutput = z
  .object({
    ...ordered,
    type: z.literal('RESOURCE_ACCESS'),
    conditions: z.object({
      people: z.object({
        users: z.object({ include: some.optional(), exclude: some }),
        groups: z.object({ include: some.optional(), exclude: some.optional() }).optional(),
      }),
      grantTypes: z.object({ include: z.array(z.enum(GRANT_TYPES)) }),
      scopes: z.object({ include: some }),
    }),
    actions: z.object({
      token: z.object({
        accessTokenLifetimeMinutes: z.int(),
        /** 0: without end. */
        refreshTokenLifetimeMinutes: z.int(),
        refreshTokenWindowMinutes: z.int(),
        inlineHook: z.object({ id: z.string() }).optional(),
      }),
    }),
    _links: z.object({ ...lifecycleLinks, self: Link }),
  })
  .meta({ id: 'AuthorizationServerPolicyRule' })
