/** The claim expression language: its words, its trees, its errors with their positions, and its bounds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import type { Value } from '../../../src/claims/expression/tree.ts'
import { limits } from '../../../src/platform/limits.ts'
import { anyText, noise } from '../support/arbitraries.ts'
import { CLIENT, errorOf, resultOf, value } from '../support/expressions.ts'

describe('literals', () => {
  it.each<[string, Value]>([
    [`'text'`, 'text'],
    [`"text"`, 'text'],
    [`''`, ''],
    [`""`, ''],
    ['1234', 1234],
    ['2.75', 2.75],
    ['-5', -5],
    ['-0.25', -0.25],
    ['true', true],
    ['false', false],
    ['null', null],
    ['{}', []],
    ['{1,2,3}', [1, 2, 3]],
    [`{ 'a' , {true, null}, {} }`, ['a', [true, null], []]],
    [`('a')`, 'a'],
    ['( ( 1 ) )', 1],
    ['  \t\n 1 \r\n', 1],
    [`{(1), ('b')}`, [1, 'b']],
  ])('%j is %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it.each<[string, string]>([
    [`'it''s'`, "it's"],
    [`"say ""hi"""`, 'say "hi"'],
    [`''''`, "'"],
    [`'it\\'s'`, "it's"],
    [`"a\\"b"`, 'a"b'],
    [`'a"b'`, 'a"b'],
    [`"a'b"`, "a'b"],
    [`"a''b"`, "a''b"],
    [`'a\\nb\\tc\\rd'`, 'a\nb\tc\rd'],
    [`'a\\\\nb'`, 'a\\nb'],
    [`'\\x'`, '\\x'],
    [`'\\\\'''`, "\\'"],
    [`'\\''''`, "''"],
    [`'a\nb'`, 'a\nb'],
    [`'ä😀'`, 'ä😀'],
  ])('the text %j reads %j', (source, expected) => {
    expect(value(source)).toBe(expected)
  })

  it('text written with doubled quotes comes back unchanged', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("'", '"'), (text, quote) => {
        const body = text.replaceAll('\\', '\\\\').replaceAll(quote, quote + quote)
        expect(value(quote + body + quote)).toBe(text)
      }),
    )
  })
})

describe('attributes', () => {
  it.each<[string, Value]>([
    ['app.id', '0oa1'],
    ['app.clientId', 'client-1'],
    ['app.label', 'Billing'],
    ['access.scope', ['read', 'write']],
    ['app.profile.region', 'eu'],
    ['app.profile.level', 3],
    ['app.profile.active', false],
    ['app.profile.tags', ['a', 'b']],
    ['app.profile.deep.er.value', 7],
    ['app . profile . region', 'eu'],
    ['{app.id, app.profile.missing}', ['0oa1', null]],
    ['user.email', 'ada@example.com'],
    ['user.tags', ['x', 'y']],
    ['user.cleared', ''],
    ['user.never', null],
    ['user.constructor', null],
    ['user.getInternalProperty("id")', '00u1'],
    ["user.getInternalProperty('status')", 'ACTIVE'],
    ['appuser.userName', 'ada'],
    ['org.subDomain', 'acme'],
    ['user != null', true],
    ['null == appuser', false],
    ['app.profile.empty', ''],
    ['app.profile.nothing', null],
    ['app.profile.missing', null],
    ['app.profile.missing.deeper', null],
    ['app.profile.region.anything', null],
  ])('%s is %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it.each([
    'app.profile.__proto__',
    'app.profile.__proto__.x',
    'app.profile.constructor',
    'app.profile.constructor.name',
    'app.profile.hasOwnProperty',
    'app.profile.toString.call',
    'app.profile.deep.__proto__.er',
    'app.profile.tags.map',
    'app.profile.tags.constructor',
    'app.profile.region.length',
  ])('%s finds nothing: only own properties are read', (source) => {
    expect(value(source)).toBeNull()
  })

  it.each([
    'app',
    'app.profile',
    'app.secrets',
    'access',
    'access.scope.length',
    'app.id.length',
    'user',
    'appuser',
    'org.website',
    'org',
    'session.id',
    'idpuser.subject',
    'zendesk.email',
    'constructor',
    '__proto__.x',
    'APP.id',
    'null1',
  ])('%s is not available, and that is said at its beginning', (source) => {
    expect(errorOf(`  ${source}`)).toMatchObject({
      at: 2,
      message: expect.stringContaining(`"${source}" is not available`) as string,
    })
  })
})

describe('a client that acts for itself', () => {
  it.each<[string, Value]>([
    ['user.email', null],
    ['user.getInternalProperty("id")', null],
    ['appuser.userName', null],
    ['user == null', true],
    ['(appuser != null) ? appuser.userName : app.clientId', 'client-1'],
  ])('%s is %j', (source, expected) => {
    expect(resultOf(source, CLIENT)).toEqual({ outcome: 'value', value: expected })
  })
})

describe('operators', () => {
  it.each<[string, Value]>([
    [`'a' + 'b'`, 'ab'],
    [`'a' + 1 + true`, 'a1true'],
    ['1 + 2', 3],
    [`1 + 2 + 'a'`, '3a'],
    [`'a' + user.never`, 'anull'],
    ['1 == 1', true],
    [`1 == '1'`, false],
    [`user.tags == {'x', 'y'}`, true],
    [`user.tags != {'x'}`, true],
    ['1 < 2 AND 2 <= 2', true],
    [`'b' > 'a' and 'b' >= 'b'`, true],
    ['user.never < 1', true],
    ['false OR true', true],
    ['true || false && false', true],
    ['(true or false) && false', false],
    ['!true == false', true],
    ['!!true', true],
    ['TRUE AND NOT1 == null'.replace('NOT1', 'user.none'), true],
    [`true ? 'a' : 'b'`, 'a'],
    [`false ? 'a' : false ? 'b' : 'c'`, 'c'],
    [`1 == 1 ? 1 + 1 : 0`, 2],
    [`user.never ?: 'none'`, 'none'],
    [`user.cleared ?: 'none'`, 'none'],
    [`user.email ?: 'none'`, 'ada@example.com'],
    ['0 ?: 1', 0],
    ['{1, 2}[1]', 2],
    ['user.tags[0]', 'x'],
    ['{{1}, {2, 3}}[1][0]', 2],
    ['app.profile.people.![name]', ['Ann', null]],
    ['app.profile.people . ! [ name ] [0]', 'Ann'],
    ['user.never.![name]', null],
    [`user.email matches '.*@example[.]com'`, true],
    [`user.email matches '@'`, false],
    [`user.never matches '.*'`, false],
    [`!(user.email matches 'x') AND true`, true],
    ['true OR user.never', true],
    ['false AND user.never', false],
  ])('%s is %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it.each([
    'user.never AND true',
    'user.email OR true',
    'true AND user.never',
    '!user.email',
    'user.never ? 1 : 2',
    'user.tags[2]',
    'user.never[0]',
    'user.tags[app.profile.region]',
    'app.profile.region.![name]',
    'user.tags + user.tags',
    'user.never + user.never',
    'user.email < 1',
    `user.tags matches 'x'`,
    `app.profile.deep + ''`,
  ])('%s has no value', (source) => {
    expect(resultOf(source)).toEqual({ outcome: 'failed' })
  })

  it.each<[string, number, string]>([
    [`'a' AND true`, 0, 'expected what "and" takes'],
    ['true || 1', 8, 'expected what "or" takes'],
    ['!1', 1, 'expected true or false'],
    ['1 ? 2 : 3', 0, 'expected true or false'],
    ['true ? 1', 8, 'expected ":"'],
    ['{1} + 1', 0, 'expected what "+" takes'],
    ['true < false', 0, 'expected what "<" takes'],
    [`'abc'[0]`, 0, 'expected an array'],
    [`{1}['a']`, 4, 'expected a number'],
    ['{1}[0', 5, 'expected "]"'],
    ['1 matches "a"', 0, 'expected text'],
    ['user.email matches user.x', 19, 'expected a pattern in quotes after "matches"'],
    [`user.email matches '('`, 19, 'a "(" of the pattern is not closed'],
    [
      `user.email matches '(?=a)'`,
      19,
      'of groups only "(…)" and "(?:…)" are available in patterns',
    ],
    [`user.email matches '(a)\\1'`, 19, '"\\1" is not available in patterns'],
    ['1 = 1', 2, '"=" is not expected'],
    ['user.email.![1]', 13, 'expected an attribute name'],
    ['user + 1', 0, 'expected what "+" takes'],
    ['user ?: 1', 0, 'expected a value'],
  ])('%s is refused at %i', (source, at, message) => {
    expect(errorOf(source)).toEqual({ at, message })
  })
})

describe('errors say where', () => {
  it.each([
    ['nothing', '', 0, 'expected a literal, an attribute or a function'],
    ['only spaces', '   ', 3, 'expected a literal, an attribute or a function'],
    ['a second value', '1 2', 2, 'expected the end, found "2"'],
    ['a character of no word', `1 - 2`, 2, '"-" is not expected'],
    ['a character of no word after text', `'a' # 'b'`, 4, '"#" is not expected'],
    ['text without an end', `{1, 'a}`, 4, `"'" is not expected`],
    ['text that ends in a backslash', `'a\\'`, 0, `"'" is not expected`],
    ['an open parenthesis', '(1', 2, 'expected ")"'],
    ['the wrong parenthesis', '(1}', 2, 'expected ")"'],
    ['an open array', '{1, 2', 5, 'expected "," or "}"'],
    ['an array without commas', '{1 2}', 3, 'expected "," or "}"'],
    ['a trailing comma', '{1,}', 3, 'expected a literal, an attribute or a function, found "}"'],
    ['empty parentheses', '()', 1, 'expected a literal, an attribute or a function, found ")"'],
    ['a path that ends in a dot', 'app.', 4, 'expected an attribute name'],
    ['a path with a number', 'app.1', 4, 'expected an attribute name'],
    ['a path of a constant', 'true.x', 4, 'expected the end, found "."'],
    ['a call', 'app.id()', 6, 'expected the end, found "("'],
    ['an exponent', '1e5', 1, 'expected the end, found "e5"'],
    ['a number without its fraction', '1.', 1, 'expected the end, found "."'],
  ])('%s', (_, source, at, message) => {
    expect(errorOf(source)).toEqual({ at, message })
  })
})

describe('bounds', () => {
  const nested = (depth: number, open: string, close: string): string =>
    open.repeat(depth) + '1' + close.repeat(depth)

  it.each([
    ['parentheses', '(', ')'],
    ['arrays', '{', '}'],
    ['both in turn', '({', '})'],
  ])(`%s nest ${limits.expressionDepthMax} deep and no deeper`, (_, open, close) => {
    const depth = limits.expressionDepthMax / open.length
    expect(errorOf(nested(depth, open, close))).toBeNull()
    expect(errorOf(nested(depth + 1, open, close))).toEqual({
      at: limits.expressionDepthMax + 1,
      message: 'nested too deeply',
    })
  })

  it(`an expression has at most ${limits.expressionCharactersMax} characters`, () => {
    const most = `'${'a'.repeat(limits.expressionCharactersMax - 2)}'`
    expect(errorOf(most)).toBeNull()
    expect(errorOf(`${most} `)).toEqual({
      at: limits.expressionCharactersMax,
      message: 'the expression is too long',
    })
  })

  it('a number too large for a token is refused, never written as null', () => {
    expect(errorOf(` ${'9'.repeat(400)}`)).toEqual({ at: 1, message: 'the number is too large' })
    expect(resultOf(`${'9'.repeat(308)} + ${'9'.repeat(308)}`)).toEqual({ outcome: 'failed' })
  })

  it.each(["'", '"', "''", "'\\", '{', '(', '-', '1.', 'app.', "\\'", ' ', "'a''"])(
    'the longest repetition of %j ends in time',
    (piece) => {
      const source = piece.repeat(limits.expressionCharactersMax / piece.length)
      const began = performance.now()
      parseExpression(source)
      expect(performance.now() - began).toBeLessThan(100)
    },
  )

  it('any text ends with a tree that has a value or with an error inside the text', () => {
    const words = [
      ...'\'"\\{}(),.-1a []?:!+<>=&|',
      'app',
      '.profile',
      '.x',
      'true',
      'null',
      "''",
      '__proto__',
      'user.',
      ' matches ',
      ' AND ',
      'String.len(',
      'Arrays.add(',
      '.![',
    ]
    fc.assert(
      fc.property(fc.oneof(anyText, noise(words, 30)), (source) => {
        const parsed = parseExpression(source)
        if (parsed.outcome === 'parsed') {
          expect(resultOf(source).outcome).toMatch(/^(value|failed)$/)
          return
        }
        expect(parsed.error.message).not.toBe('')
        expect(parsed.error.at).toBeGreaterThanOrEqual(0)
        expect(parsed.error.at).toBeLessThanOrEqual(source.length)
      }),
      { numRuns: 500 },
    )
  })
})
