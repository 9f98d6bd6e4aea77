/** What filters and keywords mean for an event: by example, and against a second, naive evaluator. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compileLogFilter,
  INDEXED_ATTRIBUTES,
  indexedValue,
  matchesKeywords,
} from '../../../src/domain/log-filter.ts'
import type { SystemLogEvent } from '../../../src/domain/system-log.ts'
import { parseFilter, type Filter } from '../../../src/protocol/filter.ts'
import { anEvent } from '../support/builders.ts'

const event = {
  ...anEvent(
    {
      outcome: { result: 'FAILURE', reason: 'no_matching_policy' },
      debugData: { requestedScopes: 'read write', count: 7, sampled: true, trail: ['a', 'b'] },
      target: [
        { id: 'aus1', type: 'AuthorizationServer', alternateId: null, displayName: 'Orders' },
        { id: '00p1', type: 'PolicyEntity', alternateId: null, displayName: 'all' },
      ],
    },
    Date.parse('2025-10-09T08:53:20.123Z'),
  ),
}

const matches = (text: string): boolean | null =>
  compileLogFilter(parseFilter(text)!)?.(event) ?? null

describe('a filter', () => {
  it.each([
    'eventType eq "oauth2.as.created"',
    'eventType sw "oauth2." and eventType ew ".created" and eventType co "as"',
    'outcome.result EQ "FAILURE" AND outcome.reason eq "no_matching_policy"',
    'actor.id eq "00u1" and not (actor.id eq "00u2")',
    'target.id eq "aus1"',
    'target.id eq "00p1"',
    'target.displayName eq "Orders" and target.type eq "PolicyEntity"',
    'transaction.id eq "req1"',
    'debugContext.debugData.requestedScopes co "write"',
    'debugContext.debugData.count gt 6 and debugContext.debugData.count le 7',
    'debugContext.debugData.sampled eq true',
    'debugContext.debugData.trail eq "b"',
    'authenticationContext.authenticationStep eq 0',
    'severity eq "WARN"',
    'client.ipAddress eq null',
    'not (client.ipAddress pr) and target pr and debugContext.debugData pr',
    'target.alternateId eq null',
    'actor.id ne null',
    'actor.id ne "00u2" and target.id ne "aus2"',
    'published gt "2025-10-09T08:53:20.122Z" and published lt "2025-10-09T08:53:20.124Z"',
    'published eq "2025-10-09T10:53:20.123+02:00"',
    'published ge "2025-10-09" and published lt "2025-10-10"',
    `uuid eq "${event.uuid}"`,
    'uuid eq "x" or eventType pr',
    'version eq "0"',
  ])('holds: %s', (text) => {
    expect(matches(text)).toBe(true)
  })

  it.each([
    'eventType eq "OAUTH2.AS.CREATED"',
    'eventType eq "oauth2.as"',
    'target.id ne "aus1"',
    'target.id eq "aus2"',
    'actor.id gt 5',
    'debugContext.debugData.count eq "7"',
    'debugContext.debugData.count sw 7',
    'debugContext.debugData.nothing pr',
    'debugContext.debugData.constructor pr',
    'actor.__proto__.constructor pr',
    'target.length eq 2',
    'client.ipAddress pr',
    'published gt "2025-10-09T08:53:20.123Z"',
    'not (eventType pr)',
  ])('does not hold: %s', (text) => {
    expect(matches(text)).toBe(false)
  })

  it.each([
    'nothing eq "x"',
    '__proto__ pr',
    'event_type eq "x"',
    'published gt "yesterday"',
    'published gt 5',
    'published eq null',
    'eventType pr and wrong pr',
    'not (wrong pr)',
  ])('is refused: %s', (text) => {
    expect(matches(text)).toBeNull()
  })

  it('is found by the most telling equation that all its matches share', () => {
    const by = (text: string): string | null => indexedValue(parseFilter(text)!)?.attribute ?? null
    expect(by('eventType eq "a" and actor.id eq "b"')).toBe('actor.id')
    expect(by('outcome.result eq "SUCCESS" and (target.id eq "t" and severity eq "INFO")')).toBe(
      'target.id',
    )
    for (const text of [
      'eventType eq "a" or actor.id eq "b"',
      'not (actor.id eq "b")',
      'actor.id ne "b"',
      'actor.id eq null',
      'severity eq "INFO"',
    ])
      expect([text, by(text)]).toEqual([text, null])
    for (const attribute of INDEXED_ATTRIBUTES) expect(by(`${attribute} eq "x"`)).toBe(attribute)
  })

  it('every match has the value that the index is asked for', () => {
    fc.assert(
      fc.property(filters, events, (filter, event) => {
        const by = indexedValue(filter)
        if (by === null || !compileLogFilter(filter)!(event)) return
        expect(naiveValues(event, by.attribute)).toContain(by.value)
      }),
    )
  })

  it('means what a naive evaluator says', () => {
    fc.assert(
      fc.property(filters, events, (filter, event) => {
        expect(compileLogFilter(filter)!(event)).toBe(naive(filter, event))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('keywords', () => {
  it.each([
    [['orders'], true],
    [['ORDERS', 'ann'], true],
    [['orders', 'nobody'], false],
    [['write', '7'], true],
    [[], true],
    // Names of members are no content.
    [['displayname'], false],
  ])('%j', (keywords, expected) => {
    expect(matchesKeywords(keywords)(event)).toBe(expected)
  })
})

/** The attributes and values that meet in the property tests. */
const ATTRIBUTES = ['eventType', 'actor.id', 'target.id', 'target.displayName', 'outcome.reason', 'debugContext.debugData.n'] // prettier-ignore
const word = fc.constantFrom('a', 'ab', 'b', 'ba')
const value = fc.oneof(word, fc.integer({ min: 0, max: 2 }), fc.boolean(), fc.constant(null))

const { filters } = fc.letrec<{ filters: Filter }>((tie) => ({
  filters: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      op: fc.constantFrom('eq', 'eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sw', 'co', 'ew'),
      attribute: fc.constantFrom(...ATTRIBUTES),
      value,
    }),
    fc.record({ op: fc.constant('pr' as const), attribute: fc.constantFrom(...ATTRIBUTES) }),
    fc.record({ op: fc.constant('not' as const), operand: tie('filters') }),
    fc.record({ op: fc.constantFrom('and' as const, 'or' as const), left: tie('filters'), right: tie('filters') }), // prettier-ignore
  ),
}))

const target = fc.record({
  id: word,
  type: word,
  alternateId: fc.constant(null),
  displayName: fc.option(word),
})

const events = fc
  .record({
    eventType: word,
    actor: target,
    target: fc.array(target, { maxLength: 3 }),
    reason: fc.option(word),
    n: value,
  })
  .map(({ eventType, actor, target, reason, n }) =>
    anEvent({
      eventType,
      actor,
      target,
      outcome: { result: 'SUCCESS', reason },
      debugData: { n },
    }),
  )

/** The same meaning, spelled out attribute by attribute. */
function naiveValues(event: SystemLogEvent, attribute: string): readonly unknown[] {
  const values: Readonly<Record<string, readonly unknown[]>> = {
    eventType: [event.eventType],
    'actor.id': [event.actor.id],
    'target.id': event.target.map(({ id }) => id),
    'target.displayName': event.target.map(({ displayName }) => displayName),
    'outcome.reason': [event.outcome.reason],
    'debugContext.debugData.n': [event.debugContext.debugData['n']],
  }
  return values[attribute]!.filter((one) => one !== null)
}

function naive(filter: Filter, event: SystemLogEvent): boolean {
  if ('operand' in filter) return !naive(filter.operand, event)
  if ('left' in filter) {
    const [left, right] = [naive(filter.left, event), naive(filter.right, event)]
    return filter.op === 'and' ? left && right : left || right
  }
  const found = naiveValues(event, filter.attribute)
  if (filter.op === 'pr') return found.length > 0
  const { op, value } = filter
  if (op === 'eq') return value === null ? found.length === 0 : found.some((one) => one === value)
  if (op === 'ne') return !naive({ ...filter, op: 'eq' }, event)
  return found.some((one) => {
    if (value === null || typeof value === 'boolean' || typeof one !== typeof value) return false
    const [x, y] = [one as string, value as string]
    if (op === 'gt') return x > y
    if (op === 'ge') return !(x < y)
    if (op === 'lt') return x < y
    if (op === 'le') return !(x > y)
    if (typeof one === 'number') return false
    if (op === 'co') return x.split(y).length > 1
    return op === 'sw' ? x.slice(0, y.length) === y : x.slice(-y.length) === y
  })
}
