/** How an expression is written apart from operators, objects and functions: literals, and what is made of values. */
import type { Described } from './described.ts'
import type { Expression } from './tree.ts'

export interface Form extends Described {
  readonly written: string
}

export const LITERALS: readonly Form[] = [
  {
    written: `'text' or "text"`,
    says: 'Text. The quote is doubled inside, or follows a backslash, which also gives `\\n`, `\\t`, `\\r` and `\\\\`.',
    example: [`'it''s'`, "it's"],
  },
  {
    written: '1234, -5 or 3.25',
    says: 'A number, without an exponent.',
    example: ['-2.5', -2.5],
  },
  {
    written: 'true or false',
    says: 'Truth; small and capital letters are the same.',
    example: ['TRUE', true],
  },
  {
    written: 'null',
    says: 'Nothing: what an attribute is that was never set. A claim whose value it is is left out.',
    example: ['user.middleName == null', true],
  },
]

/** Each kind of tree that has a form of its own. */
type FormKind = Exclude<Expression['kind'], 'literal' | 'attribute' | 'binary' | 'call'>

export const FORMS: Readonly<Record<FormKind, Form>> = {
  array: {
    written: '{a, b, …}',
    says: 'An array of any values.',
    example: ['{1, "two", {3}}', [1, 'two', [3]]],
  },
  item: {
    written: 'array[index]',
    says: 'A member of an array, counted from 0. Where there is none, the expression fails.',
    example: ['{"a", "b"}[1]', 'b'],
  },
  projection: {
    written: 'array.![member]',
    says: 'That member of each object of an array; null for one that has none.',
    example: ['app.profile.people.![name]', ['Ann', null]],
  },
  choice: {
    written: 'test ? a : b',
    says: 'The first when the test is true, the second when it is false; only that one is evaluated.',
    example: ['1 < 2 ? "less" : "more"', 'less'],
  },
  elvis: {
    written: 'a ?: b',
    says: 'The second when the first is null or empty text.',
    example: ['user.nickName ?: "none"', 'none'],
  },
  matches: {
    written: `text matches 'pattern'`,
    says: 'Whether a regular expression in quotes matches the whole text; null matches nothing.',
    example: [`user.email matches '.*@example[.]com'`, true],
  },
  not: {
    written: '!a',
    says: 'The opposite of true or false.',
    example: ['!(1 == 2)', true],
  },
  internal: {
    written: 'user.getInternalProperty("id" or "status")',
    says: 'What is known of the person beside the profile; null when the client acts for itself.',
    example: ['user.getInternalProperty("status")', 'ACTIVE'],
  },
  linked: {
    written: 'user.getLinkedObject("primary name").attribute',
    says: 'An attribute of whoever is the primary of the person in that relation; null where there is none.',
    example: ['user.getLinkedObject("manager").email', 'grace@example.com'],
  },
}
