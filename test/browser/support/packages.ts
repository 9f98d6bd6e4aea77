/** Files of the packages that are installed, as their authors published them, for pages to load. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../../../node_modules/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

export interface PackageFile {
  readonly type: string
  readonly content: Buffer
}

/** Null: there is none, or it is of a kind that no page loads. */
export function packageFile(path: string): PackageFile | null {
  const type = Object.hasOwn(TYPES, extname(path)) ? TYPES[extname(path)] : undefined
  const file = new URL(path, FOLDER)
  if (type === undefined || !file.href.startsWith(FOLDER.href)) return null
  try {
    return { type, content: readFileSync(fileURLToPath(file.href)) }
  } catch {
    return null
  }
}
