/**
 * Makes events of the system log: what happened, with what is known of the request, as one document in Okta's order.
 * Every text, list and object in it is bounded here, whoever tells of it.
 */
import { timestampOfMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomUuid } from '../platform/random.ts'
import type { Caller, Place } from '../protocol/caller.ts'
import { parseUserAgent } from '../protocol/user-agent.ts'
import type { LogOutcome, LogSeverity, SystemLogEntity, SystemLogEvent } from './system-log.ts'

/** What happened, apart from when and by which request. */
export interface Happening {
  readonly eventType: string
  readonly displayMessage: string
  readonly actor: SystemLogEntity
  readonly target: readonly SystemLogEntity[]
  /** Success unless it says otherwise. */
  readonly outcome?: LogOutcome
  readonly severity?: LogSeverity
  readonly debugData?: Readonly<Record<string, unknown>>
  /** The OAuth client that makes the request. */
  readonly clientId?: string | null
}

/** What the event belongs to. A job has no caller, and requests that are told together have none in common. */
export interface LogTransaction {
  readonly type: 'WEB' | 'JOB'
  readonly id: string
  readonly caller: Caller | null
  readonly detail?: Readonly<Record<string, unknown>>
}

/** By whom and in which request something is done. */
export interface LogOccasion {
  readonly actor: SystemLogEntity
  readonly clientId: string | null
  readonly transaction: LogTransaction
}

/** What an outbox row may still hold that was written before events had all of Okta's members. */
interface OlderEvent extends Pick<Happening, 'eventType' | 'displayMessage' | 'actor' | 'target'> {
  readonly uuid: string
  /** Seconds. */
  readonly published: number
  readonly outcome: LogOutcome
  readonly requestId: string
}

/** An event as it is now, whenever it was made. */
export function currentEvent(event: SystemLogEvent | OlderEvent): SystemLogEvent {
  if (!('requestId' in event)) return event
  const transaction = { type: 'WEB', id: event.requestId, caller: null } as const
  return { ...systemLogEvent(event, transaction, event.published * 1000), uuid: event.uuid }
}

const FAILURES: ReadonlySet<LogOutcome['result']> = new Set(['FAILURE', 'DENY', 'RATE_LIMIT'])

/** The event, published at an instant in milliseconds. */
export function systemLogEvent(
  happening: Happening,
  { type, id, caller, detail = {} }: LogTransaction,
  published: number,
): SystemLogEvent {
  const { result, reason } = happening.outcome ?? { result: 'SUCCESS', reason: null }
  const request =
    type === 'JOB' ? {} : { requestId: id, requestUri: caller?.path, url: caller?.path }
  return bounded({
    actor: entity(happening.actor),
    client: clientOf(caller, happening.clientId ?? null),
    device: null,
    authenticationContext: {
      authenticationProvider: null,
      credentialProvider: null,
      credentialType: null,
      issuer: null,
      interface: null,
      authenticationStep: 0,
      externalSessionId: null,
    },
    displayMessage: happening.displayMessage,
    eventType: happening.eventType,
    outcome: {
      result,
      reason: reason?.slice(0, limits.logOutcomeReasonCharactersMax) ?? null,
    },
    published: timestampOfMillis(published),
    securityContext: securityContextOf(caller?.place ?? null),
    severity: happening.severity ?? (FAILURES.has(result) ? 'WARN' : 'INFO'),
    debugContext: { debugData: { ...request, ...happening.debugData } },
    legacyEventType: null,
    transaction: { type, id, detail },
    uuid: randomUuid(),
    version: '0',
    request: { ipChain: ipChainOf(caller) },
    target: happening.target.map(({ changeDetails, ...target }) => ({
      ...entity(target),
      ...(changeDetails !== undefined && { changeDetails: { ...changeDetails } }),
    })),
  }) as SystemLogEvent
}

const entity = ({ id, type, alternateId, displayName, detailEntry }: SystemLogEntity) => ({
  id,
  type,
  alternateId,
  displayName,
  detailEntry: detailEntry ?? null,
})

function clientOf(caller: Caller | null, id: string | null): SystemLogEvent['client'] {
  if (caller === null)
    return {
      userAgent: null,
      zone: null,
      device: null,
      id,
      ipAddress: null,
      geographicalContext: null,
    }
  const { os, browser, device } = parseUserAgent(caller.userAgent ?? '')
  return {
    userAgent: { rawUserAgent: caller.userAgent, os, browser },
    zone: null,
    device,
    id,
    ipAddress: caller.ipAddress,
    geographicalContext: geographicalContextOf(caller.place),
  }
}

function ipChainOf(caller: Caller | null): SystemLogEvent['request']['ipChain'] {
  const ip = caller?.ipAddress ?? null
  if (caller === null || ip === null) return []
  const geographicalContext = geographicalContextOf(caller.place)
  return [{ ip, geographicalContext, version: ip.includes(':') ? 'V6' : 'V4', source: null }]
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null

function number(value: unknown): number | null {
  const read = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : null
}

function geographicalContextOf(
  place: Place | null,
): SystemLogEvent['client']['geographicalContext'] {
  if (place === null) return null
  const [lat, lon] = [number(place.latitude), number(place.longitude)]
  return {
    city: text(place.city),
    state: text(place.region),
    country: countryName(text(place.country)),
    postalCode: text(place.postalCode),
    geolocation: lat === null || lon === null ? null : { lat, lon },
  }
}

let countries: Intl.DisplayNames | undefined

/** The name of an ISO 3166 country; the platform has codes of its own for what is none, and they stay as they are. */
function countryName(code: string | null): string | null {
  if (code === null || !/^[A-Z]{2}$/.test(code)) return code
  countries ??= new Intl.DisplayNames(['en'], { type: 'region' })
  return countries.of(code) ?? code
}

const securityContextOf = (place: Place | null): SystemLogEvent['securityContext'] => ({
  asNumber: number(place?.asn),
  asOrg: text(place?.asOrganization),
  isp: text(place?.asOrganization),
  domain: null,
  isProxy: null,
})

/** Cuts what is too long, anywhere in a document. */
function bounded(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, limits.logTextCharactersMax)
  if (Array.isArray(value)) return value.slice(0, limits.logListMembersMax).map(bounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, limits.logObjectMembersMax)
      .map(([name, member]) => [name.slice(0, limits.nameCharactersMax), bounded(member)]),
  )
}
