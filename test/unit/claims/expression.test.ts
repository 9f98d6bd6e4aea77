/** The claim expression language: its words, its trees, its errors with their positions, and its bounds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateExpression, type Value } from '../../../src/claims/expression/evaluate.ts'
import { parseExpression, type Expression } from '../../../src/claims/expression/parser.ts'
import { limits } from '../../../src/platform/limits.ts'
import { anyText, noise } from '../support/arbitraries.ts'

function tree(source: string): Expression {
  const parsed = parseExpression(source)
  if (parsed.outcome === 'error') throw new Error(`${parsed.error.at}: ${parsed.error.message}`)
  return parsed.expression
}

function errorOf(source: string): { at: number; message: string } | null {
  const parsed = parseExpression(source)
  return parsed.outcome === 'error' ? parsed.error : null
}

const scope = {
  app: {
    id: '0oa1',
    clientId: 'client-1',
    label: 'Billing',
    profile: {
      region: 'eu',
      level: 3,
      empty: '',
      nothing: null,
      active: false,
      tags: ['a', 'b'],
      deep: { er: { value: 7 } },
    },
  },
  access: { scope: ['read', 'write'] },
}

const value = (source: string): Value => evaluateExpression(tree(source), scope)

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
    [`'\\x'`, 'x'],
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
    'app.id.length',
    'access',
    'access.scope.length',
    'user.email',
    'appuser.userName',
    'org.name',
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

describe('errors say where', () => {
  it.each([
    ['nothing', '', 0, 'expected a literal or an attribute'],
    ['only spaces', '   ', 3, 'expected a literal or an attribute'],
    ['a second value', '1 2', 2, 'expected the end, found "2"'],
    ['a character of no word', `1 + 2`, 2, '"+" is not expected'],
    ['a character of no word after text', `'a' # 'b'`, 4, '"#" is not expected'],
    ['text without an end', `{1, 'a}`, 4, `"'" is not expected`],
    ['text that ends in a backslash', `'a\\'`, 0, `"'" is not expected`],
    ['an open parenthesis', '(1', 2, 'expected ")"'],
    ['the wrong parenthesis', '(1}', 2, 'expected ")"'],
    ['an open array', '{1, 2', 5, 'expected "," or "}"'],
    ['an array without commas', '{1 2}', 3, 'expected "," or "}"'],
    ['a trailing comma', '{1,}', 3, 'expected a literal or an attribute, found "}"'],
    ['empty parentheses', '()', 1, 'expected a literal or an attribute, found ")"'],
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
    const parsed = parseExpression('9'.repeat(400))
    const written =
      parsed.outcome === 'parsed'
        ? JSON.stringify(evaluateExpression(parsed.expression, scope))
        : ''
    expect(written).not.toBe('null')
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
    const words = [...'\'"\\{}(),.-1a ', 'app', '.profile', '.x', 'true', 'null', "''", '__proto__']
    fc.assert(
      fc.property(fc.oneof(anyText, noise(words, 30)), (source) => {
        const parsed = parseExpression(source)
        if (parsed.outcome === 'parsed') {
          expect(evaluateExpression(parsed.expression, scope)).toBeDefined()
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
