/** Which scopes a person is asked about, and what comes of the answer: Okta's matrix, optional scopes, and the laws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consentGiven, consentStep, type ConsentQuestion } from '../../../src/authorize/consent.ts'
import { PROMPTS, type Prompt } from '../../../src/protocol/prompt.ts'
import { aCompiledServer, aScope, theOrgServer } from '../support/builders.ts'
import { aWebClient } from './support.ts'

const server = aCompiledServer({
  scopes: [
    aScope('free'),
    aScope('must', { consent: 'REQUIRED' }),
    aScope('flex', { consent: 'FLEXIBLE' }),
    aScope('may', { consent: 'REQUIRED', optional: true }),
    aScope('might', { consent: 'FLEXIBLE', optional: true }),
    aScope('idle', { consent: 'IMPLICIT', optional: true }),
  ],
})

const ALL = ['openid', 'free', 'must', 'flex', 'may', 'might', 'idle']

interface Changes extends Partial<Omit<ConsentQuestion, 'request' | 'client'>> {
  readonly prompts?: readonly Prompt[]
  readonly consentMethod?: 'TRUSTED' | 'REQUIRED'
}

const question = ({ prompts = [], consentMethod = 'REQUIRED', ...changes }: Changes) => ({
  server,
  client: aWebClient({ flows: { consentMethod } }),
  request: { prompts },
  scopes: ALL,
  consented: [],
  skipped: [],
  ...changes,
})

function asked(changes: Changes): unknown {
  const step = consentStep(question(changes))
  if (step.step === 'ask')
    return [step.required.map(({ name }) => name), step.optional.map(({ name }) => name)]
  return step.step === 'error' ? [step.error.error, step.error.description] : step.scopes
}

describe('what is asked', () => {
  it.each<[string, Changes, unknown]>([
    ['a trusted app: nothing', { consentMethod: 'TRUSTED' }, ALL],
    [
      'a trusted app with prompt=consent: REQUIRED and FLEXIBLE, never IMPLICIT',
      { consentMethod: 'TRUSTED', prompts: ['consent'] },
      [
        ['must', 'flex'],
        ['may', 'might'],
      ],
    ],
    [
      'an app that needs consent: what was not given before',
      { consented: ['must', 'might'] },
      [['flex'], ['may']],
    ],
    ['nothing when all was given before', { consented: ALL }, ALL],
    [
      'prompt=consent: also what was given and what was skipped before',
      { consented: ALL, skipped: ['may'], prompts: ['login', 'consent'] },
      [
        ['must', 'flex'],
        ['may', 'might'],
      ],
    ],
    [
      'only IMPLICIT scopes: nothing',
      { scopes: ['openid', 'free', 'idle'] },
      ['openid', 'free', 'idle'],
    ],
    [
      'what was skipped is left out and not asked',
      { scopes: ['openid', 'may', 'might'], skipped: ['may', 'might'] },
      ['openid'],
    ],
    [
      'what was skipped and given since is in',
      { scopes: ['openid', 'may'], skipped: ['may'], consented: ['may'] },
      ['openid', 'may'],
    ],
    [
      'what was skipped and became required is asked',
      { scopes: ['openid', 'must'], skipped: ['must'] },
      [['must'], []],
    ],
    [
      'who skipped all there is, is asked again',
      { scopes: ['may'], skipped: ['may'] },
      [[], ['may']],
    ],
    [
      'prompt=none: an error that names the scopes',
      { prompts: ['none'], consented: ['flex', 'might'] },
      ['consent_required', 'The following scopes require user consent: [must, may].'],
    ],
    ['prompt=none with all given goes on', { prompts: ['none'], consented: ALL }, ALL],
    [
      'the org server: nothing',
      { server: theOrgServer(), scopes: ['openid', 'okta.apps.read'], prompts: ['consent'] },
      ['openid', 'okta.apps.read'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(asked(changes)).toEqual(expected)
  })
})

describe('what is granted', () => {
  it('all that was required and what was chosen', () => {
    expect(consentGiven(question({}), ['might', 'constructor', 'admin'])).toEqual({
      outcome: 'granted',
      scopes: ['openid', 'free', 'must', 'flex', 'might', 'idle'],
      consented: ['must', 'flex', 'might'],
      skipped: ['may'],
    })
  })

  it('nothing that was skipped before and not asked', () => {
    const asking = question({ scopes: ['must', 'may'], skipped: ['may'] })
    expect(consentGiven(asking, ['may'])).toMatchObject({ scopes: ['must'], consented: ['must'] })
  })

  it('declines when nothing is left', () => {
    const given = consentGiven(question({ scopes: ['may'] }), [])
    expect(given.outcome === 'declined' && given.error.error).toBe('access_denied')
  })
})

describe('laws', () => {
  const names = fc.subarray(ALL)
  const questions = fc
    .record({
      prompts: fc.subarray([...PROMPTS]),
      consentMethod: fc.constantFrom('TRUSTED' as const, 'REQUIRED' as const),
      scopes: fc.shuffledSubarray(ALL, { minLength: 1 }),
      consented: names,
      skipped: names,
    })
    .map(question)

  it('never grants what was not allowed, and what needs consent only with it', () => {
    fc.assert(
      fc.property(questions, names, (asking, chosen) => {
        const given = consentGiven(asking, chosen)
        if (given.outcome === 'declined') return
        expect(asking.scopes.filter((name) => given.scopes.includes(name))).toEqual(given.scopes)
        if (asking.client.flows.consentMethod === 'TRUSTED') return
        for (const name of ['must', 'flex', 'may', 'might'].filter((one) =>
          given.scopes.includes(one),
        ))
          expect([...asking.consented, ...given.consented]).toContain(name)
      }),
    )
  })

  it('whoever decided is not asked the same again', () => {
    fc.assert(
      fc.property(questions, names, (asking, chosen) => {
        const given = consentGiven(asking, chosen)
        if (given.outcome === 'declined') return
        const again = consentStep({
          ...asking,
          request: { prompts: [] },
          consented: [...asking.consented, ...given.consented].filter(
            (name) => !given.skipped.includes(name),
          ),
          skipped: [...asking.skipped, ...given.skipped],
        })
        if (asking.client.flows.consentMethod === 'REQUIRED' || given.skipped.length === 0)
          expect(again).toEqual({ step: 'continue', scopes: given.scopes })
      }),
    )
  })

  it('prompt=none never asks', () => {
    fc.assert(
      fc.property(questions, (asking) => {
        const step = consentStep(asking)
        if (asking.request.prompts.includes('none')) expect(step.step).not.toBe('ask')
      }),
    )
  })
})
