/** Reads the source text for rules about it: code without comments and text, imports, and how long functions are. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** The root of the repository, with a slash at its end. */
export const ROOT = new URL('../../../', import.meta.url).pathname

export interface SourceFile {
  /** From the root of the repository: `src/app.ts`. */
  readonly path: string
  readonly text: string
  /** The text with comments blanked out, line by line. */
  readonly code: string
  /** The code with the contents of text, templates and patterns blanked out as well. */
  readonly bare: string
}

/** Every file below a folder whose name ends so, sorted. */
export function filesUnder(folder: string, ending: string): readonly SourceFile[] {
  return readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => sourceFile(`${folder}/${path}`))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function sourceFile(path: string): SourceFile {
  const text = readFileSync(ROOT + path, 'utf8')
  return { path, text, code: blanked(text, COMMENTS), bare: blanked(text, ALL) }
}

/** One piece of the language that is not code: a comment, a text, a template, or a pattern where a value may stand. */
const PIECE =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|(?<=[=(,:;!&|?{}[\n]\s*|return |=> )\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g

const COMMENTS = (piece: string): boolean => /^\/[/*]/.test(piece)
const ALL = (): boolean => true

function blanked(text: string, drop: (piece: string) => boolean): string {
  return text.replaceAll(PIECE, (piece) => {
    if (!drop(piece)) return piece
    if (COMMENTS(piece)) return piece.replaceAll(/[^\n]/g, ' ')
    return piece[0]! + piece.slice(1, -1).replaceAll(/[^\n]/g, ' ') + piece.at(-1)!
  })
}

export interface Import {
  readonly from: string
  /** The path of the file imported when it is one of ours, else the package's name. */
  readonly to: string
  readonly specifier: string
  readonly typeOnly: boolean
}

const IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:[\w*{][^'"();=]*?\sfrom\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/gm

/** What a file imports. `import { type A }` is a real import: the module is loaded for it. */
export function importsOf({ path, code }: SourceFile): readonly Import[] {
  return [...code.matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? match[3]!
    const to = specifier.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier))
      : specifier
    return { from: path, to, specifier, typeOnly: match[1] !== undefined }
  })
}

/** The first cycle among values and files, as a list of paths; null when there is none. */
export function cycleIn(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>()
  const visit = (node: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node]
    if (done.has(node)) return null
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...trail, node])
      if (cycle !== null) return cycle
    }
    done.add(node)
    return null
  }
  for (const node of edges.keys()) {
    const cycle = visit(node, [])
    if (cycle !== null) return cycle
  }
  return null
}

export interface FunctionLength {
  readonly line: number
  readonly lines: number
}

const OPENS_FUNCTION = /(?:=>|\)(?:\s*:\s*[^;={}]+)?)\s*$/

/** Lengths of bodies in braces that stand where a function's does: a rough count, from `{` to its `}`. */
export function functionLengths({ bare }: SourceFile): readonly FunctionLength[] {
  const open: { readonly line: number; readonly isFunction: boolean }[] = []
  const found: FunctionLength[] = []
  let line = 1
  for (const [at, character] of [...bare].entries()) {
    if (character === '\n') line++
    if (character === '{')
      open.push({ line, isFunction: OPENS_FUNCTION.test(bare.slice(Math.max(0, at - 200), at)) })
    if (character !== '}') continue
    const opened = open.pop()
    if (opened?.isFunction === true)
      found.push({ line: opened.line, lines: line - opened.line + 1 })
  }
  return found
}
