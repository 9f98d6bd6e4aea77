/** Every function of the expression language: its example, its edges, and what is refused when a claim is saved. */
import { describe, expect, it } from 'vitest'
import { FUNCTIONS, ABSENT_FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import { countryOf } from '../../../src/claims/expression/functions/countries.ts'
import type { Value } from '../../../src/claims/expression/tree.ts'
import { limits } from '../../../src/platform/limits.ts'
import { errorOf, resultOf, value } from '../support/expressions.ts'

it('the example of every function is of the type that its row names', () => {
  for (const { name, result, example } of FUNCTIONS.values()) {
    const [, found] = example
    const type = Array.isArray(found) ? 'list' : typeof found === 'string' ? 'text' : typeof found
    expect([name, result === 'any' ? type : result]).toEqual([name, type])
  }
})

describe('edges', () => {
  it.each<[string, Value]>([
    ['String.append(user.never, "x")', null],
    ['String.append("level ", app.profile.level)', 'level 3'],
    ['String.join("-", "a", user.never, 1, true)', 'a-1-true'],
    ['String.join(",")', ''],
    ['String.len(user.never)', null],
    ['String.len("")', 0],
    ['String.removeSpaces(" a\tb ")', 'ab'],
    ['String.replace("aaa", "a", "")', ''],
    ['String.replace("abc", "", "x")', 'abc'],
    ['String.replace("a.c", ".", "$&")', 'a$&c'],
    ['String.replaceFirst("abc", "z", "x")', 'abc'],
    ['String.replaceFirst("abc", "b", "$&")', 'a$&c'],
    ['String.startsWith(user.never, "a")', false],
    ['String.stringContains("a", user.never)', false],
    ['String.stringSwitch("abc", "d", "b", "1", "a", "2")', '1'],
    ['String.stringSwitch("abc", "d")', 'd'],
    ['String.stringSwitch(user.never, "d", "a", "1")', 'd'],
    ['String.stringSwitch("x", null, "a", "1")', null],
    ['String.substring("abc", 1, 99)', 'bc'],
    ['String.substring("abc", 5, 9)', ''],
    ['String.substringAfter("abc", "@")', ''],
    ['String.substringBefore("abc", "@")', 'abc'],
    ['substringBefore(user.email, "@")', 'ada'],
    ['substring("abc", 0, 2)', 'ab'],
    ['toUpperCase(user.never)', null],
    ['Arrays.add("a,b", "c")', ['a', 'b', 'c']],
    ['Arrays.add(null, 1)', [1]],
    ['Arrays.remove({1, 2, 1}, 1)', [2]],
    ['Arrays.clear(user.tags)', []],
    ['Arrays.get("a,b", 1)', 'b'],
    ['Arrays.flatten()', []],
    ['Arrays.flatten({{1}, {{2}}}, 3)', [1, 2, 3]],
    ['Arrays.contains(user.tags, "x")', true],
    ['Arrays.contains({1}, "1")', false],
    ['Arrays.contains(user.never, "x")', false],
    ['Arrays.size(NULL)', 0],
    ['Arrays.isEmpty(NULL)', true],
    ['Arrays.isEmpty("")', true],
    ['Arrays.toCsvString(access.scope)', 'read,write'],
    ['String.replace(Arrays.toCsvString(access.scope), ",", " ")', 'read write'],
    ['Convert.toInt("1234")', 1234],
    ['Convert.toInt(123.6)', 124],
    ['Convert.toInt(user.never)', null],
    ['Convert.toNum("-1.5")', -1.5],
    ['Iso3166Convert.toAlpha2("356")', 'IN'],
    ['Iso3166Convert.toAlpha3("in")', 'IND'],
    ['Iso3166Convert.toNumeric("AF")', '004'],
    ['Iso3166Convert.toName("USA")', 'United States'],
    ['Iso3166Convert.toAlpha2(user.never)', null],
    ['Time.now()', '2014-11-07T19:00:00.000Z'],
    ['Time.now("UTC")', '2014-11-07T19:00:00.000+00:00'],
    ['Time.now("Asia/Kolkata", "HH:mm Z")', '00:30 +0530'],
    [
      'Time.now("America/New_York", "EEEE MMMM D hh a \'o\'\'clock\'")',
      "Friday November 311 02 PM o'clock",
    ],
    ['Time.fromUnixToIso8601("-3000000000")', '1874-12-07T18:40:00.000Z'],
    ['Time.fromUnixToIso8601("-1")', '1969-12-31T23:59:59.000Z'],
    ['Time.fromUnixToIso8601(0)'.replace('(0)', '("0")'), '1970-01-01T00:00:00.000Z'],
    ['Time.fromIso8601ToUnix("2014-11-07T20:00:00+01:00")', '1415386800'],
    ['Time.fromIso8601ToUnix(user.never)', null],
    ['Time.fromStringToIso8601("20141107", "yyyyMMdd")', '2014-11-07T00:00:00.000Z'],
    ['Time.fromStringToIso8601("7 Nov 2014, 7 pm", "d MMM yyyy, h a")', '2014-11-07T19:00:00.000Z'],
    [
      'Time.fromStringToIso8601("2014-11-07 14:00 -0500", "yyyy-MM-dd HH:mm Z")',
      '2014-11-07T19:00:00.000Z',
    ],
    ['Time.fromIso8601ToString("2014-11-07", "yy/M/d kk:mm:ss.SS")', '14/11/7 24:00:00.00'],
  ])('%s is %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it.each([
    'String.append(user.tags, "x")',
    'String.join(",", user.tags)',
    'String.stringSwitch(user.tags, "d")',
    'String.substring("abc", user.email, 2)',
    'Arrays.get(user.tags, 2)',
    'Arrays.get(user.never, 0)',
    'Arrays.size(app.profile.deep)',
    'Arrays.toCsvString({{1}})',
    'Convert.toInt("12a")',
    'Convert.toInt("")',
    'Convert.toNum(true)',
    'Iso3166Convert.toName("XX")',
    'Iso3166Convert.toName("India")',
    'Iso3166Convert.toAlpha2("NDA")',
    'Time.now(user.email)',
    'Time.fromUnixToIso8601("now")',
    'Time.fromUnixToIso8601("99999999999999999999")',
    'Time.fromWindowsToIso8601("1.5")',
    'Time.fromIso8601ToWindows("yesterday")',
    'Time.fromStringToIso8601("30/02/2014", "dd/MM/yyyy")',
    'Time.fromStringToIso8601("2014-11-07x", "yyyy-MM-dd")',
    'Time.fromStringToIso8601("2014", user.email)',
  ])('%s has no value', (source) => {
    expect(resultOf(source)).toEqual({ outcome: 'failed' })
  })
})

describe('what is refused when a claim is saved', () => {
  it.each<[string, number, string]>([
    ['String.nothing("a")', 0, 'there is no function "String.nothing"'],
    ['  constructor("a")', 2, 'there is no function "constructor"'],
    ['String.len()', 0, '"String.len" takes 1 argument, found 0'],
    ['{1, String.len("a", "b")}', 4, '"String.len" takes 1 argument, found 2'],
    ['String.append("a")', 0, '"String.append" takes 2 arguments, found 1'],
    ['String.join()', 0, '"String.join" takes 1 or more arguments, found 0'],
    [
      'String.stringSwitch("a", "b", "c")',
      0,
      '"String.stringSwitch" takes 2 or more arguments, in groups of 2, found 3',
    ],
    ['Time.now("UTC", "HH", 1)', 0, '"Time.now" takes 0 to 2 arguments, found 3'],
    ['String.len(5)', 11, 'expected text as argument 1 of "String.len"'],
    ['String.len({"a"})', 11, 'expected text as argument 1 of "String.len"'],
    [
      'String.substring("a", "b", 1)',
      22,
      'expected a whole number as argument 2 of "String.substring"',
    ],
    [
      'String.substring("a", 0, 1.5)',
      25,
      'expected a whole number as argument 3 of "String.substring"',
    ],
    ['Arrays.size(5)', 12, 'expected an array or text with commas as argument 1 of "Arrays.size"'],
    [
      'Arrays.size(String.len("a"))',
      12,
      'expected an array or text with commas as argument 1 of "Arrays.size"',
    ],
    [
      'Time.now("Nowhere/At_All")',
      9,
      'expected the name of a time zone as argument 1 of "Time.now"',
    ],
    [
      'Time.now("UTC", "what")',
      16,
      'expected a pattern of dates and times as argument 2 of "Time.now"',
    ],
    ['String.len("a"', 14, 'expected "," or ")"'],
    ['String.len', 10, 'expected "(" after "String.len"'],
    ['user.getInternalProperty', 24, 'expected "(" after "user.getInternalProperty"'],
    ['user.getInternalProperty("x")', 25, '"user.getInternalProperty" takes "id" or "status"'],
    ['user.getInternalProperty()', 0, '"user.getInternalProperty" takes "id" or "status"'],
    ['String.len(user)', 11, '"user" is not available; as a whole it can only be compared'],
  ])('%s, at %i', (source, at, message) => {
    expect(errorOf(source)).toEqual({ at, message })
  })

  it.each([...ABSENT_FUNCTIONS])('%s, with its reason', (name, message) => {
    expect(errorOf(`!${name}("a")`)).toEqual({ at: 1, message })
    expect(message).toMatch(/groups|directory/)
  })
})

describe('how much work an evaluation may be', () => {
  const grown = (times: number): string =>
    times === 0 ? '"aaaaaaaaaa"' : `String.replace(${grown(times - 1)}, "a", "aaaaaaaaaa")`

  it('ends at a result that is too large, before it is made', () => {
    expect(value(`String.len(${grown(3)})`)).toBe(10_000)
    expect(resultOf(grown(9))).toEqual({ outcome: 'failed' })
    const text = 'a'.repeat(limits.expressionValueSizeMax)
    const squared = 'String.replace(user.text, "a", user.text)'
    expect(resultOf(squared, { user: { text } } as never)).toEqual({ outcome: 'failed' })
  })

  it('counts what looking for one text in another may take', () => {
    const user = { text: 'a'.repeat(16_000), part: `${'a'.repeat(4000)}b${'a'.repeat(4000)}` }
    const scope = { user } as never
    expect(resultOf('String.stringContains(user.text, user.part)', scope).outcome).toBe('failed')
    expect(value('String.stringContains(user.text, "aaaaaaaaab")', scope)).toBe(false)
    expect(value('String.substringBefore(user.text, "@")', scope)).toBe(user.text)
  })

  it('ends when the steps are used up', () => {
    const text = 'a'.repeat(limits.expressionValueSizeMax)
    const scope = { user: { text } } as never
    expect(value('String.len(user.text)', scope)).toBe(text.length)
    const many = Array.from({ length: 40 }, () => 'String.len(user.text)').join(' + ')
    expect(resultOf(many, scope)).toEqual({ outcome: 'failed' })
    expect(resultOf("user.text matches '(a|a|a|a|a|a|a|a)*b'", scope)).toEqual({
      outcome: 'failed',
    })
  })
})

describe('what takes longer than it has characters', () => {
  const list = Array.from({ length: 15_000 }, () => 0)
  const outcomeOf = (source: string, user: object): string =>
    resultOf(source, { user } as never).outcome

  it('is paid for, as members that are read again and again', () => {
    expect(outcomeOf('user.list.![a]', { list })).toBe('value')
    expect(outcomeOf(`user.list${'.![a]'.repeat(200)}`, { list })).toBe('failed')
  })

  it('is paid for, as clocks of time zones', () => {
    const clocks = (count: number): string =>
      `getFilteredGroups({"00g1all", "00g1it", "00g1sf"}, "{${Array.from({ length: count }, () => `Time.now('EST')`).join()}}", 9)`
    expect(resultOf(clocks(20)).outcome).toBe('value')
    expect(resultOf(clocks(40)).outcome).toBe('failed')
  })

  it('is paid for, as looking for a text that is almost there', () => {
    const user = { text: 'a'.repeat(9000), part: `${'a'.repeat(4000)}b${'a'.repeat(4000)}` }
    expect(outcomeOf('String.stringContains(user.text, user.part)', user)).toBe('failed')
  })

  it.each([
    'Time.fromIso8601ToString("2014-11-07", user.pattern)',
    'Time.now("UTC", user.pattern)',
  ])('is bounded, as a pattern of dates and times: %s', (source) => {
    const most = limits.timePatternCharactersMax
    expect(outcomeOf(source, { pattern: 'DE'.repeat(most / 2) })).toBe('value')
    expect(outcomeOf(source, { pattern: `${'DE'.repeat(most / 2)}-` })).toBe('failed')
  })

  it('is bounded, as the states of all patterns of an expression', () => {
    const matching = (count: number): string =>
      Array.from({ length: count }, () => `user.a matches 'x{300}'`).join(' or ')
    expect(errorOf(matching(3))).toBeNull()
    expect(errorOf(matching(4))?.message).toBe('the pattern is too large')
    const inQuotes = `${matching(2)} or getFilteredGroups({}, "group.name matches 'x{300}' or group.name matches 'y{300}'", 1) == {}`
    expect(errorOf(inQuotes)?.message).toBe('the pattern is too large')
  })
})

describe('the name of a time zone', () => {
  it.each(['EST', 'est', 'Europe/Vienna', 'eUROPE/vIENNA', 'Etc/GMT+1', 'America/Port-au-Prince'])(
    '%s is one, however it is written',
    (zone) => {
      expect(resultOf(`Time.now("${zone}", "HH")`).outcome).toBe('value')
      // Known by now.
      expect(resultOf(`Time.now("${zone}", "HH")`).outcome).toBe('value')
    },
  )

  it.each(['', 'E\u017fT', 'EST ', 'Nowhere', 'x'.repeat(30_000)])(
    '%j is none, also when it looks like one that is known',
    (zone) => {
      expect(resultOf('Time.now("EST", "HH")').outcome).toBe('value')
      expect(resultOf('Time.now(user.zone, "HH")', { user: { zone } } as never).outcome).toBe('failed') // prettier-ignore
    },
  )
})

describe('the countries', () => {
  it('are each found by any of their codes, under a name', () => {
    const alpha2 = value('Iso3166Convert.toAlpha2("004")')
    expect(alpha2).toBe('AF')
    for (const [from, to] of [
      ['ZW', 'ZWE'],
      ['ZWE', '716'],
      ['894', 'ZMB'],
      ['AD', '020'],
    ]) {
      const codes = ['toAlpha2', 'toAlpha3', 'toNumeric'].map((name) =>
        value(`Iso3166Convert.${name}("${from}")`),
      )
      expect(codes).toContain(to)
      expect(value(`Iso3166Convert.toName("${from}")`)).toMatch(/^[A-Z]\w+/)
    }
  })

  it('are 249, no code twice', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const found = letters
      .flatMap((first) => letters.map((second) => first + second))
      .flatMap((code) => {
        const country = countryOf(code)
        return country === undefined ? [] : [country]
      })
    expect(found).toHaveLength(249)
    for (const kind of ['alpha2', 'alpha3', 'numeric'] as const)
      expect(new Set(found.map((country) => country[kind])).size).toBe(249)
    for (const country of found)
      for (const code of Object.values(country)) expect(countryOf(code)).toEqual(country)
  })
})
