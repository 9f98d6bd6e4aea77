/** API tokens (`Authorization: SSWS …`): values without a shape of their own, which act with their creator's rights. */
import { STATUSES_IN_USE } from './user-status.ts'
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { randomAlphanumeric } from '../platform/random.ts'

/** `00` as Okta's opaque tokens begin, and 40 characters of [0-9A-Za-z]: 238 random bits. */
export const newTokenValue = (): string => `00${randomAlphanumeric(40)}`

const DAY = 24 * 3600

/** A token that was not used for so long expires. */
export const TOKEN_WINDOW_SECONDS = 30 * DAY

/** Use puts the end off once that gains a day, so that a busy token is written once a day. */
export const USE_STEP_SECONDS = DAY

export interface ApiToken {
  readonly id: string
  readonly name: string
  readonly userId: string
  readonly created: number
  readonly lastUpdated: number
  /** Both null: it does not expire. */
  readonly windowSeconds: number | null
  readonly expires: number | null
}

/** The end that a use now gives a token; null when nothing needs to be written. */
export function extended(
  { windowSeconds, expires }: Pick<ApiToken, 'windowSeconds' | 'expires'>,
  now: number,
): number | null {
  if (windowSeconds === null || expires === null) return null
  const end = now + windowSeconds
  return end - expires >= USE_STEP_SECONDS ? end : null
}

export const isExpired = ({ expires }: Pick<ApiToken, 'expires'>, now: number): boolean =>
  expires !== null && now >= expires

/**
 * States of a person whose tokens act. A lock-out and an expired password can be others' doing and must not stop
 * unattended systems; who was put off duty loses them at once.
 */
export const TOKEN_HOLDER_STATUSES: ReadonlySet<string> = new Set<string>(STATUSES_IN_USE)

const Name = z.string().trim().min(1).max(limits.nameCharactersMax)

/** Network zones do not exist, so that nothing but everywhere can be kept to. */
const NoZones = z.array(z.string()).max(0, 'network zones are not supported').nullish()
const Network = z.object({
  connection: z.literal('ANYWHERE', 'must be ANYWHERE: network zones are not supported').optional(),
  include: NoZones,
  exclude: NoZones,
})

export const ApiTokenInput = z
  .object({ name: Name, network: Network.nullish() })
  .meta({ id: 'ApiTokenInput' })

export const ApiTokenUpdate = z
  .object({ name: Name.optional(), network: Network.nullish() })
  .meta({ id: 'ApiTokenUpdate' })
