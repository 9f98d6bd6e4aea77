/** What the reference of the expression language says beside its tables. */
import { limits } from '../platform/limits.ts'
import { RESERVED_CLAIM_NAMES } from '../domain/claim.ts'

export const FACTS: readonly (readonly [title: string, text: string])[] = [
  [
    'Where',
    'In the claims of an authorization server, of access tokens and of ID tokens (`valueType` `EXPRESSION`), its `sub` included, and in the groups claim of an app.',
  ],
  [
    'When',
    'It is read when the claim is saved: what could never be evaluated is refused, with the position, and so is an attribute that the profile of users has not, or a relation that there is not. It is evaluated for every token. `POST /api/v1/authorizationServers/{authServerId}/preview` shows what it comes to, also before it is saved.',
  ],
  [
    'What comes of it',
    'Its value is the value of the claim. A claim that is null is left out. One that has no value, such as `{1}[5]`, refuses the token: `server_error`, and the claim is named.',
  ],
]

/** A way into the language; the page shows the result of each. */
export const TOUR: readonly (readonly [expression: string, says: string])[] = [
  ['user.email', 'An attribute of the person.'],
  ['user.middleName', 'One that was never set is null.'],
  ['user.middleName ?: "none"', 'What to take instead of null and of empty text.'],
  ['String.substringBefore(user.email, "@")', 'A function of what stands in its parentheses.'],
  ['String.toUpperCase(String.substringBefore(user.email, "@"))', 'Functions go into one another.'],
  [
    '"billing-" + app.profile.region',
    'Text is put together. The `profile` of an app is yours to fill.',
  ],
  [
    'Arrays.contains(access.scope, "write") ? "editor" : "reader"',
    'One of two values, as a test decides.',
  ],
  [
    'user == null ? app.clientId : user.login',
    'With `client_credentials` there is no person: `user` is null, and so is each of its attributes.',
  ],
]

/** What is bounded, with the number. */
export const LIMITS: readonly (readonly [what: string, most: number])[] = [
  ['Characters of an expression', limits.expressionCharactersMax],
  ['How deep parentheses, braces and arguments may be nested', limits.expressionDepthMax],
  [
    'Steps of all claims of a token together: each part of an expression is some, and each character or member that it touches is one; what takes longer, as patterns and time zones do, is more',
    limits.expressionStepsMax,
  ],
  ['Characters and members of what a function gives', limits.expressionValueSizeMax],
  [
    'States of the patterns of an expression: about one for each character, repetitions written out',
    limits.patternStatesMax,
  ],
  ['Groups that a claim may name', limits.groupsInClaimMax],
  ['Bytes of the subject of an access token, as JSON', limits.subjectBytesMax],
  [
    'Bytes of the custom claims and scopes of a token together, as JSON',
    limits.customClaimsBytesMax,
  ],
  ['Claims of an authorization server', limits.claimsPerServerMax],
]

/** What a regular expression can be made of, and what not. */
export const PATTERNS: readonly (readonly [title: string, text: string])[] = [
  [
    'There is',
    'Characters, `.`, classes such as `[a-z_]` and `[^0-9]`, `\\d \\w \\s` and their opposites, groups `(…)` and `(?:…)`, alternatives `a|b`, repetitions `* + ? {2} {2,} {2,4}`, `^`, `$`, and `(?i)` at the beginning, after which capital and small letters are the same.',
  ],
  [
    'There is not',
    'References back, looking ahead or behind, names of groups: whatever could make matching take longer than the text has characters times the pattern states. What is not there is refused when the claim is saved.',
  ],
]

export const REFUSED =
  'An expression only reads. There is no assignment, no loop, and nothing that it could define, call or load. Attributes are found by their own names only: `app.profile.constructor` is null like any other that was never set.'

/** Names that no claim can have. */
export const RESERVED: readonly string[] = [...RESERVED_CLAIM_NAMES].toSorted()
