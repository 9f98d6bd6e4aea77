/** user.getLinkedObject: what is read of whom the user is linked to, what is null, and what is refused. */
import { describe, expect, it } from 'vitest'
import type { Value } from '../../../src/claims/expression/tree.ts'
import { CLIENT, errorOf, evaluated, resultOf, tree, value } from '../support/expressions.ts'

const LINKED = 'user.getLinkedObject'

describe('user.getLinkedObject', () => {
  it.each<[string, Value]>([
    [`${LINKED}("manager").email`, 'grace@example.com'],
    [`${LINKED}('manager') . login`, 'grace@example.com'],
    [`user . getLinkedObject ("manager").tags`, ['x']],
    [`${LINKED}("manager").tags[0] + "!"`, 'x!'],
    [`${LINKED}("manager").tags.![name]`, [null]],
    [`String.substringBefore(${LINKED}("manager").email, "@")`, 'grace'],
    [`${LINKED}("manager").email == user.email`, false],
    [`${LINKED}("mentor").email ?: user.email`, 'ada@example.com'],
    [`${LINKED}("mentor").email == null ? "alone" : "led"`, 'alone'],
  ])('%s is %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it.each([
    `${LINKED}("manager").never`,
    `${LINKED}("Manager").email`,
    `${LINKED}("manager.email").x`,
    `${LINKED}("").email`,
    `${LINKED}("constructor").name`,
    `${LINKED}("__proto__").email`,
    `${LINKED}("toString").length`,
    `${LINKED}("manager").constructor`,
    `${LINKED}("manager").__proto__`,
    `${LINKED}("manager").hasOwnProperty`,
  ])('%s is null: only own members are read', (source) => {
    expect(value(source)).toBeNull()
  })

  it('is null for a client that acts for itself', () => {
    const source = `${LINKED}("manager").email`
    expect(resultOf(source, CLIENT)).toEqual({ outcome: 'value', value: null })
  })

  it('fails as long as it is not known whom the user is linked to', () => {
    const of = (source: string) => evaluated(tree(source), undefined, { linked: undefined })
    expect(of(`${LINKED}("manager").email`)).toEqual({ outcome: 'failed' })
    expect(of('user.email')).toEqual({ outcome: 'value', value: 'ada@example.com' })
  })

  const NAME = `"${LINKED}" takes a primary name in quotes`
  const ATTRIBUTE = 'expected "." and an attribute of the user that is linked'

  it.each([
    [LINKED, 20, `expected "(" after "${LINKED}"`],
    [`${LINKED}()`, 0, NAME],
    [`${LINKED}(user.email).x`, 21, NAME],
    [`${LINKED}(1).x`, 21, NAME],
    [`${LINKED}("manager", "x").x`, 21, NAME],
    [`${LINKED}("manager" + "").x`, 21, NAME],
    [`${LINKED}("manager")`, 31, ATTRIBUTE],
    [`${LINKED}("manager") == null`, 32, ATTRIBUTE],
    [`${LINKED}("manager").![email]`, 31, ATTRIBUTE],
    [`${LINKED}("manager")[0]`, 31, ATTRIBUTE],
    [`${LINKED}("manager").`, 32, 'expected an attribute name'],
    [`${LINKED}("manager")."email"`, 32, 'expected an attribute name'],
    [`${LINKED}("manager").email.x`, 37, 'expected the end, found "."'],
    [`${LINKED}("manager").email()`, 37, 'expected the end, found "("'],
    [`${LINKED}("manager"`, 30, 'expected "," or ")"'],
    [`getLinkedObject("manager").x`, 0, 'there is no function "getLinkedObject"'],
  ])('%s is refused at %i', (source, at, message) => {
    expect(errorOf(source)).toEqual({ at, message })
  })
})
