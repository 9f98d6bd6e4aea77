/** Expressions that are saved name attributes and relations that the org has defined. */
import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../../src/claims/expression/parser.ts'

const DEFINED = {
  attributes: new Set(['email', 'costCenter']),
  primaries: new Set(['manager']),
}

const errorOf = (source: string) => {
  const parsed = parseExpression(source, DEFINED)
  return parsed.outcome === 'error' ? parsed.error : null
}

describe('an expression that is saved', () => {
  it.each([
    'user.email + user.costCenter',
    'user == null',
    'user.getInternalProperty("id")',
    'user.getLinkedObject("manager").email',
    'user.getGroups({"group.id": user.email})',
    'appuser.whatever + app.profile.whatever.there',
    `getFilteredGroups({"a"}, "group.profile.whatever + user.email", 1)`,
  ])('may be %s', (source) => {
    expect(errorOf(source)).toBeNull()
  })

  it.each([
    ['user.emial', 0, 'the profile of users has no attribute "emial"'],
    ['{1, user.Email}', 4, 'the profile of users has no attribute "Email"'],
    ['user.constructor', 0, 'the profile of users has no attribute "constructor"'],
    ['user.email.domain', 0, 'an attribute of a user has no parts'],
    [
      '!(user.getLinkedObject("boss").email == 1)',
      2,
      'there is no linked object whose primary is called "boss"',
    ],
    ['user.getLinkedObject("manager").emial', 0, 'the profile of users has no attribute "emial"'],
    [
      `getFilteredGroups({"a"}, "user.emial", 1)`,
      26,
      'the profile of users has no attribute "emial"',
    ],
  ])('is not %s', (source, at, message) => {
    expect(errorOf(source)).toEqual({ at, message })
    // Once it is there, what it names may go.
    expect(parseExpression(source).outcome).toBe('parsed')
  })
})
