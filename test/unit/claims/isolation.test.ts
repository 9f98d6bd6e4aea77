/** An expression sees nothing but what it is given: own members of its objects, whatever names are asked for. */
import { afterEach, describe, expect, it } from 'vitest'
import { evaluateExpression } from '../../../src/claims/expression/evaluate.ts'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import { Random } from '../../fuzz/random.ts'
import { aSituation, TREACHEROUS, type Situation } from '../../fuzz/expressions/situations.ts'
import { aSource } from '../../fuzz/expressions/sources.ts'
import { CLIENT, evaluable, resultOf } from '../support/expressions.ts'

/** Objects that tell of everything that is done with them, except for looking at their own members. */
class Watch {
  readonly seen: string[] = []

  #tell(what: string): true {
    this.seen.push(what)
    return true
  }

  of<Part>(part: Part): Part {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map((one: unknown) => this.of(one)) as Part
    const entries = Object.entries(part).map(([name, value]) => [name, this.of(value)] as const)
    const target = Object.setPrototypeOf(Object.fromEntries(entries), this.#poison) as object
    return new Proxy(target, {
      get: (own, name, receiver) => {
        if (!Object.hasOwn(own, name)) this.#tell(`get ${String(name)}`)
        return Reflect.get(own, name, receiver) as unknown
      },
      has: (_, name) => this.#tell(`has ${String(name)}`),
      set: (_, name) => this.#tell(`set ${String(name)}`),
      defineProperty: (_, name) => this.#tell(`define ${String(name)}`),
      deleteProperty: (_, name) => this.#tell(`delete ${String(name)}`),
      getPrototypeOf: (own) => {
        this.#tell('prototype')
        return Reflect.getPrototypeOf(own)
      },
    }) as Part
  }

  /** The prototype of them all. */
  readonly #poison: object = Object.fromEntries(
    [...TREACHEROUS, 'login', 'email', 'name', 'region'].map((name) => [name, `poison ${name}`]),
  )
}

const watched = ({ scope, surroundings }: Situation): readonly [Situation, readonly string[]] => {
  const watch = new Watch()
  return [{ scope: watch.of(scope), surroundings: watch.of(surroundings) }, watch.seen]
}

it('the watch sees a look at a prototype', () => {
  const [{ scope }, seen] = watched(aSituation(new Random('watch')))
  const profile = scope.app.profile as { missing?: unknown }
  expect(profile.missing).toBeUndefined()
  expect('x' in profile).toBe(true)
  expect(Object.getPrototypeOf(profile)).toHaveProperty('login')
  expect(seen).toEqual(['get missing', 'has x', 'prototype'])
})

it('whatever it is, it looks at own members only, and changes nothing', () => {
  const outcomes = { value: 0, failed: 0, refused: 0 }
  for (let index = 0; index < 5000; index++) {
    const random = new Random(`isolation ${index}`)
    const parsed = parseExpression(aSource(random).source)
    if (parsed.outcome === 'error') {
      outcomes.refused++
      continue
    }
    const [{ scope, surroundings }, seen] = watched(aSituation(random))
    const result = evaluateExpression(evaluable(parsed.expression), scope, surroundings)
    outcomes[result.outcome]++
    expect(seen).toEqual([])
    if (result.outcome === 'value')
      expect(JSON.stringify(result.value, (_, one: unknown) => one)).not.toContain('poison')
  }
  expect(outcomes.value).toBeGreaterThan(1000)
})

/** The prototype of every object. */
const EVERYTHING = Reflect.getPrototypeOf({})!

describe('what everything has', () => {
  const names = [...TREACHEROUS, 'polluted']

  afterEach(() => {
    Reflect.deleteProperty(EVERYTHING, 'polluted')
  })

  it.each(
    names.flatMap((name) => [
      `user.${name}`,
      `appuser.${name}`,
      `app.profile.${name}`,
      `app.profile.deep.${name}`,
      `app.profile.region.${name}`,
      `app.profile.tags.${name}`,
      `user.getLinkedObject("${name}").login`,
      `user.getLinkedObject("manager").${name}`,
    ]),
  )('%s is null', (source) => {
    Object.defineProperty(EVERYTHING, 'polluted', { value: 'poison', configurable: true })
    expect(resultOf(source)).toEqual({ outcome: 'value', value: null })
    expect(resultOf(source, CLIENT).outcome).toBe('value')
  })

  it.each(names)('%s of a member or a group is null', (name) => {
    Object.defineProperty(EVERYTHING, 'polluted', { value: 'poison', configurable: true })
    for (const source of [
      `app.profile.people.![${name}]`,
      `getFilteredGroups({"00g1it", "00g1sf"}, "group.profile.${name}", 10)`,
      `user.getGroups({"group.id": {"00g1it", "00g1sf"}}).![${name}]`,
    ])
      expect(resultOf(source)).toEqual({ outcome: 'value', value: [null, null] })
  })
})
