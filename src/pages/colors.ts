/**
 * The colours of the pages: two schemes, and the accent of the org, corrected so that text on it and text in it can be
 * read (WCAG 2.2 §1.4.3 and §1.4.11).
 */

/** Red, green and blue, each from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number]

/** Colours of one scheme that no setting changes. */
export interface Scheme {
  readonly ground: string
  readonly surface: string
  readonly field: string
  readonly line: string
  /** The edge of a field. */
  readonly edge: string
  readonly text: string
  readonly quiet: string
  readonly danger: string
  readonly dangerGround: string
}

/** What the accent becomes in one scheme. */
export interface Accent {
  /** Ground of the main button. */
  readonly fill: string
  /** Text on it. */
  readonly onFill: string
  /** Links, rings and edges. */
  readonly ink: string
  /** A breath of it behind something. */
  readonly tint: string
}

export const schemes = {
  light: {
    ground: '#f5f6f8',
    surface: '#ffffff',
    field: '#ffffff',
    line: '#e4e7ec',
    edge: '#8a93a3',
    text: '#15191f',
    quiet: '#58616f',
    danger: '#a81e17',
    dangerGround: '#fdeeec',
  },
  dark: {
    ground: '#0d1014',
    surface: '#161a20',
    field: '#101419',
    line: '#2a3039',
    edge: '#737d8c',
    text: '#eef1f5',
    quiet: '#a3adbb',
    danger: '#ffb1a8',
    dangerGround: '#3a1a18',
  },
} as const satisfies Record<string, Scheme>

const DEFAULT_ACCENT = '#0a7a5a'
const WHITE = '#ffffff'
const BLACK = '#000000'

const TEXT_CONTRAST = 4.5
const SHAPE_CONTRAST = 3
/** Brighter colours than this keep their look and take dark text; others are darkened for white text. */
const BRIGHT_CONTRAST = 2.6
/** Dark text on a colour that only just bears it tires. */
const EASY_CONTRAST = 7
const STEPS = 64

/** Null unless the text is `#rgb` or `#rrggbb`. */
export function parseColor(text: string): Color | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]
  if (digits === undefined) return null
  const full = digits.length === 6 ? digits : digits.replaceAll(/./g, '$&$&')
  const channel = (at: number): number => Number.parseInt(full.slice(at, at + 2), 16)
  return [channel(0), channel(2), channel(4)]
}

const hex = (color: Color): string =>
  `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`

const channelsOf = (text: string): Color => parseColor(text)!

function luminance(text: string): number {
  const [red, green, blue] = channelsOf(text).map((channel) => {
    const part = channel / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** From 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

function mixed(from: string, to: string, part: number): string {
  const [start, end] = [channelsOf(from), channelsOf(to)]
  const channel = (at: 0 | 1 | 2): number => start[at] + (end[at] - start[at]) * part
  return hex([channel(0), channel(1), channel(2)])
}

/** The colour on the way from one to another that first is good enough. */
function moved(from: string, to: string, isGood: (color: string) => boolean): string {
  for (let step = 0; step < STEPS; step++) {
    const color = mixed(from, to, step / STEPS)
    if (isGood(color)) return color
  }
  return to
}

/** Brightened as far as needed: first at full strength, which keeps it lively, and only then towards white. */
function brightened(accent: string, isGood: (color: string) => boolean): string {
  const color = channelsOf(accent)
  const strength = 255 / Math.max(...color, 1)
  const lively = hex([color[0] * strength, color[1] * strength, color[2] * strength])
  return moved(isGood(lively) ? accent : lively, isGood(lively) ? lively : WHITE, isGood)
}

function lightFill(accent: string): Pick<Accent, 'fill' | 'onFill'> {
  if (contrast(accent, WHITE) < BRIGHT_CONTRAST) return { fill: accent, onFill: BLACK }
  const fill = moved(accent, BLACK, (color) => contrast(color, WHITE) >= TEXT_CONTRAST)
  return { fill, onFill: WHITE }
}

function darkFill(accent: string): Pick<Accent, 'fill' | 'onFill'> {
  const { surface } = schemes.dark
  const seen = brightened(accent, (color) => contrast(color, surface) >= SHAPE_CONTRAST)
  if (contrast(seen, WHITE) >= TEXT_CONTRAST) return { fill: seen, onFill: WHITE }
  const fill = brightened(seen, (color) => contrast(color, BLACK) >= EASY_CONTRAST)
  return { fill, onFill: BLACK }
}

const isInkOn =
  ({ ground, surface }: Scheme, tint: string) =>
  (color: string): boolean =>
    [ground, surface, tint].every((behind) => contrast(color, behind) >= TEXT_CONTRAST)

function lightInk(accent: string): Pick<Accent, 'ink' | 'tint'> {
  const tint = mixed(schemes.light.surface, accent, 0.1)
  return { tint, ink: moved(accent, BLACK, isInkOn(schemes.light, tint)) }
}

function darkInk(accent: string): Pick<Accent, 'ink' | 'tint'> {
  const tint = mixed(schemes.dark.surface, accent, 0.15)
  return { tint, ink: brightened(accent, isInkOn(schemes.dark, tint)) }
}

/** The accent in both schemes; what is not a colour stands for ours. */
export function accentsOf(accentColor: string | null): Readonly<Record<'light' | 'dark', Accent>> {
  const given = accentColor === null ? null : parseColor(accentColor)
  const accent = given === null ? DEFAULT_ACCENT : hex(given)
  return {
    light: { ...lightFill(accent), ...lightInk(accent) },
    dark: { ...darkFill(accent), ...darkInk(accent) },
  }
}
