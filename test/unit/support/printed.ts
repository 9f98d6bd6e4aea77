/** Trees as text, with no more parentheses than they need, so that text that was read is printed no deeper. */
import { OPERATORS, type Argument, type Expression } from '../../../src/claims/expression/tree.ts'

export const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** Without an exponent, which the language does not have. */
export function decimal(value: number): string {
  if (Object.is(value, -0)) return '-0'
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  if (exponent === undefined) return String(value)
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const shown = point > 0 ? digits.padEnd(point, '0') : `0.${'0'.repeat(-point)}${digits}`
  return sign + shown
}

const list = (items: readonly Expression[]): string => items.map((item) => printed(item)).join(', ')

export function printedArgument(given: Argument): string {
  if (given.kind === 'pattern' || given.kind === 'ofGroup') return quoted(given.source)
  if (given.kind !== 'criteria') return printed(given)
  const entries = given.entries.map(([name, value]) => `"${name}": ${printed(value)}`)
  return `{${entries.join(', ')}, "operator": "${given.operator}"}`
}

/** How much what stands on its own binds. */
const PRIMARY = OPERATORS.length + 2
const POSTFIX = PRIMARY - 1
const UNARY = POSTFIX - 1
const COMPARISON = 2
const CHOICE = -1

const levelOf = (expression: Expression): number => {
  const { kind } = expression
  if (kind === 'choice' || kind === 'elvis') return CHOICE
  if (kind === 'matches') return COMPARISON
  if (kind === 'not') return UNARY
  if (kind === 'item' || kind === 'projection') return POSTFIX
  if (kind !== 'binary') return PRIMARY
  return OPERATORS.findIndex((level) => level.some((one) => one === expression.operator))
}

/** `least`: what binds less stands in parentheses. */
export function printed(expression: Expression, least = CHOICE): string {
  const text = bare(expression)
  return levelOf(expression) < least ? `(${text})` : text
}

function bare(expression: Expression): string {
  const level = levelOf(expression)
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      if (typeof value === 'number') return decimal(value)
      return typeof value === 'string' ? quoted(value) : String(value)
    }
    case 'array':
      return `{${list(expression.items)}}`
    case 'attribute':
      return expression.path.join('.')
    case 'internal':
      return `user.getInternalProperty(${quoted(expression.property)})`
    case 'linked':
      return `user.getLinkedObject(${quoted(expression.name)}).${expression.attribute}`
    case 'call':
      return `${expression.name}(${expression.args.map(printedArgument).join(', ')})`
    case 'not':
      return `!${printed(expression.operand, UNARY)}`
    case 'binary':
      return `${printed(expression.left, level)} ${expression.operator} ${printed(expression.right, level + 1)}`
    case 'matches':
      return `${printed(expression.text, COMPARISON)} matches ${quoted(expression.pattern)}`
    case 'choice':
      return `${printed(expression.test, 0)} ? ${printed(expression.yes)} : ${printed(expression.no)}`
    case 'elvis':
      return `${printed(expression.value, 0)} ?: ${printed(expression.otherwise)}`
    case 'item':
      return `${printed(expression.of, POSTFIX)}[${printed(expression.index)}]`
    case 'projection':
      return `${printed(expression.of, POSTFIX)}.![${expression.member}]`
  }
}
