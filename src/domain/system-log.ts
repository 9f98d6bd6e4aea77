/** An event of the system log in the shape of Okta's LogEvent. What is stored is what the API shows. */
import * as z from 'zod'
import { Timestamp } from './output.ts'

const text = z.string().nullable()
const members = z.record(z.string(), z.unknown())

const GeographicalContext = z.object({
  city: text,
  state: text,
  country: text,
  postalCode: text,
  geolocation: z.object({ lat: z.number(), lon: z.number() }).nullable(),
})

const Entity = z.object({
  id: text,
  type: z.string(),
  alternateId: text,
  displayName: text,
  detailEntry: members.nullable(),
})

const OUTCOMES = ['SUCCESS', 'FAILURE', 'ALLOW', 'DENY', 'SKIPPED', 'RATE_LIMIT'] as const

export const SystemLogEvent = z
  .object({
    actor: Entity,
    client: z.object({
      userAgent: z.object({ rawUserAgent: text, os: text, browser: text }).nullable(),
      zone: z.null(),
      device: text,
      id: text,
      ipAddress: text,
      geographicalContext: GeographicalContext.nullable(),
    }),
    device: z.null(),
    authenticationContext: z.object({
      authenticationProvider: text,
      credentialProvider: text,
      credentialType: text,
      issuer: z.object({ id: z.string(), type: z.string() }).nullable(),
      interface: text,
      authenticationStep: z.number(),
      externalSessionId: text,
    }),
    displayMessage: z.string(),
    eventType: z.string(),
    outcome: z.object({ result: z.enum(OUTCOMES), reason: text }),
    published: Timestamp,
    securityContext: z.object({
      asNumber: z.number().nullable(),
      asOrg: text,
      isp: text,
      domain: text,
      isProxy: z.boolean().nullable(),
    }),
    severity: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
    debugContext: z.object({ debugData: members }),
    legacyEventType: z.null(),
    transaction: z.object({ type: z.enum(['WEB', 'JOB']), id: z.string(), detail: members }),
    uuid: z.string(),
    version: z.literal('0'),
    request: z.object({
      ipChain: z.array(
        z.object({
          ip: z.string(),
          geographicalContext: GeographicalContext.nullable(),
          version: z.enum(['V4', 'V6']),
          source: z.null(),
        }),
      ),
    }),
    target: z.array(
      Entity.extend({ changeDetails: z.object({ from: members, to: members }).optional() }),
    ),
  })
  .meta({ id: 'LogEvent' })

export type SystemLogEvent = z.infer<typeof SystemLogEvent>

export type LogOutcome = SystemLogEvent['outcome']
export type LogSeverity = SystemLogEvent['severity']

/** An actor or a target as those who tell of it name it. */
export interface SystemLogEntity {
  readonly id: string
  readonly type: string
  readonly alternateId: string | null
  readonly displayName: string | null
  readonly detailEntry?: Readonly<Record<string, unknown>>
  readonly changeDetails?: {
    readonly from: Readonly<Record<string, unknown>>
    readonly to: Readonly<Record<string, unknown>>
  }
}

/** Who acts when nobody asked: alarms and the cron trigger. */
export const SYSTEM_PRINCIPAL: SystemLogEntity = {
  id: 'system',
  type: 'SystemPrincipal',
  alternateId: 'system',
  displayName: 'System',
}
