/** Events of the system log: Okta's members, what a request tells of its caller, and bounds on everything. */
import { describe, expect, it } from 'vitest'
import { systemLogEvent, type Happening } from '../../../src/domain/log-event.ts'
import { SystemLogEvent } from '../../../src/domain/system-log.ts'
import { limits } from '../../../src/platform/limits.ts'
import { callerOf } from '../../../src/protocol/caller.ts'
import { parseUserAgent } from '../../../src/protocol/user-agent.ts'
import { anEvent } from '../support/builders.ts'

const happening: Happening = {
  eventType: 'x.y',
  displayMessage: 'Something is done',
  actor: { id: 'a', type: 'User', alternateId: null, displayName: null },
  target: [],
}

function requestFrom(headers: Record<string, string>, cf?: object): Request {
  const request = new Request('https://auth.example/api/v1/apps/x?client_secret=s#f', { headers })
  return Object.assign(request, { cf })
}

const told = (request: Request): SystemLogEvent =>
  systemLogEvent(happening, { type: 'WEB', id: 'req1', caller: callerOf(request) }, 1_760_000_000_123) // prettier-ignore

const CF = {
  country: 'DE',
  region: 'Land Berlin',
  city: 'Berlin',
  postalCode: '10115',
  latitude: '52.53',
  longitude: '13.38',
  asn: 3320,
  asOrganization: 'Some Carrier',
  tlsClientAuth: { certPresented: '0' },
}

describe('an event', () => {
  it('has the members of Okta, in its order', () => {
    expect(Object.keys(anEvent())).toEqual([
      'actor',
      'client',
      'device',
      'authenticationContext',
      'displayMessage',
      'eventType',
      'outcome',
      'published',
      'securityContext',
      'severity',
      'debugContext',
      'legacyEventType',
      'transaction',
      'uuid',
      'version',
      'request',
      'target',
    ])
    const event = anEvent()
    expect(SystemLogEvent.parse(event)).toEqual(event)
  })

  it('says by whose request it came, from where and with what', () => {
    const chrome =
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36'
    const event = told(requestFrom({ 'user-agent': chrome, 'cf-connecting-ip': '2001:db8::1' }, CF))
    const geographicalContext = {
      city: 'Berlin',
      state: 'Land Berlin',
      country: 'Germany',
      postalCode: '10115',
      geolocation: { lat: 52.53, lon: 13.38 },
    }
    expect(event.client).toEqual({
      userAgent: { rawUserAgent: chrome, os: 'Mac OS X', browser: 'CHROME' },
      zone: null,
      device: 'Computer',
      id: null,
      ipAddress: '2001:db8::1',
      geographicalContext,
    })
    expect(event.request.ipChain).toEqual([
      { ip: '2001:db8::1', geographicalContext, version: 'V6', source: null },
    ])
    expect(event.securityContext).toMatchObject({ asNumber: 3320, asOrg: 'Some Carrier' })
    expect(event.published).toBe('2025-10-09T08:53:20.123Z')
    expect(event.debugContext.debugData).toEqual({
      requestId: 'req1',
      requestUri: '/api/v1/apps/x',
      url: '/api/v1/apps/x',
    })
    expect(SystemLogEvent.parse(event)).toEqual(event)
  })

  it('never holds a query, nor an address or a place that is none', () => {
    const event = told(
      requestFrom({ 'cf-connecting-ip': '<script>' }, { country: 7, latitude: 'x', city: '' }),
    )
    expect(JSON.stringify(event)).not.toContain('client_secret')
    expect(event.client.ipAddress).toBeNull()
    expect(event.request.ipChain).toEqual([])
    expect(event.client.geographicalContext).toEqual({
      city: null,
      state: null,
      country: null,
      postalCode: null,
      geolocation: null,
    })
    expect(told(requestFrom({}, { country: 'T1' })).client.geographicalContext?.country).toBe('T1')
    expect(told(requestFrom({})).client.geographicalContext).toBeNull()
  })

  it('of a job has no client', () => {
    const event = systemLogEvent(happening, { type: 'JOB', id: 'job1', caller: null }, 0)
    expect(event.transaction).toEqual({ type: 'JOB', id: 'job1', detail: {} })
    expect(event.client.userAgent).toBeNull()
    expect(event.debugContext.debugData).toEqual({})
  })

  it('is a warning when something failed', () => {
    const severity = (result: 'SUCCESS' | 'FAILURE' | 'DENY'): string =>
      anEvent({ outcome: { result, reason: null } }).severity
    expect([severity('SUCCESS'), severity('FAILURE'), severity('DENY')]).toEqual([
      'INFO',
      'WARN',
      'WARN',
    ])
  })

  it('is bounded, whatever it is made of', () => {
    const long = 'x'.repeat(100_000)
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`m${at}`, long]))
    const entity = { id: long, type: long, alternateId: long, displayName: long }
    const event = systemLogEvent(
      {
        eventType: long,
        displayMessage: long,
        actor: entity,
        outcome: { result: 'FAILURE', reason: long },
        target: Array.from({ length: 1000 }, () => entity),
        debugData: wide,
      },
      { type: 'WEB', id: long, caller: callerOf(requestFrom({ 'user-agent': long })) },
      0,
    )
    expect(event.outcome.reason).toHaveLength(255)
    expect(event.target).toHaveLength(limits.logListMembersMax)
    expect(Object.keys(event.debugContext.debugData)).toHaveLength(limits.logObjectMembersMax)
    const lengths: number[] = []
    JSON.stringify(event, (_, value: unknown) => {
      if (typeof value === 'string') lengths.push(value.length)
      return value
    })
    expect(Math.max(...lengths)).toBeLessThanOrEqual(limits.logTextCharactersMax)
  })
})

describe('a user agent', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36 Edg/127.0', 'EDGE', 'Windows 10', 'Computer'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'FIREFOX', 'Linux', 'Computer'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'SAFARI', 'iOS', 'Mobile'],
    ['Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36', 'CHROME', 'Android', 'Mobile'],
    ['okta-sdk-nodejs/8.1.0 node/20.20.2 linux/6.1', 'UNKNOWN', 'Linux', 'Unknown'],
    ['curl/8.5.0', 'UNKNOWN', 'Unknown', 'Unknown'],
    ['', 'UNKNOWN', 'Unknown', 'Unknown'],
  ])('%s', (header, browser, os, device) => {
    expect(parseUserAgent(header)).toEqual({ browser, os, device })
  }) // prettier-ignore

  it('is read in a time that does not grow with what stands in it', () => {
    const began = performance.now()
    for (const part of ['Version/1 ', 'Mac OS X', 'Version/.', ' '])
      parseUserAgent(part.repeat(1000).slice(0, limits.logTextCharactersMax))
    expect(performance.now() - began).toBeLessThan(200)
  })
})
