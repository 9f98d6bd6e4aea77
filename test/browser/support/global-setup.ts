/** Before all browser tests: Chromium is there, and two products serve them, one of them behind TLS. */
import type { TestProject } from 'vitest/node'
import { freePort, remove, startProduct, temporaryFolder } from '../../e2e/product.ts'
import { ensureChromium } from './chromium.ts'
import { TlsProxy } from './tls-proxy.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program. */
    chromium: string
    /** Of the product. */
    origin: string
    /** Of the other product, which is reached by https, and where it listens itself. */
    secureOrigin: string
    secureListening: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('chromium', ensureChromium())
  const folders = [temporaryFolder(), temporaryFolder()] as const
  const port = await freePort()
  const proxy = await TlsProxy.start(port)
  const secureOrigin = `https://localhost:${proxy.port}`
  const [plain, secure] = await Promise.all([
    startProduct(folders[0], await freePort()),
    startProduct(folders[1], port, { ORIGIN: secureOrigin }),
  ])
  project.provide('origin', plain.origin)
  project.provide('secureOrigin', secureOrigin)
  project.provide('secureListening', secure.origin)
  return async () => {
    proxy.stop()
    await Promise.all([plain.kill(), secure.kill()])
    folders.forEach(remove)
  }
}
