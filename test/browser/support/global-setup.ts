/** Before all browser tests: Chromium is there, and two products serve them, one of them behind TLS. */
import type { TestProject } from 'vitest/node'
import { freePort, remove, startProduct, temporaryFolder, type Product } from '../../e2e/product.ts'
import { ensureChromium } from './chromium.ts'
import { TlsProxy } from '../../e2e/tls-proxy.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program. */
    chromium: string
    /** Of the product. */
    origin: string
    /** Ports of this machine that the product may call. */
    calledPorts: readonly number[]
    /** Of the other product, which is reached by https, and where it listens itself. */
    secureOrigin: string
    secureListening: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('chromium', ensureChromium())
  const held: (() => unknown)[] = []
  const letGo = async (): Promise<void> => {
    for (const end of held.toReversed()) await end()
  }
  const started = async (port: number, changes: Record<string, string> = {}): Promise<Product> => {
    const folder = temporaryFolder()
    held.push(() => remove(folder))
    const product = await startProduct(folder, port, changes)
    held.push(product.kill)
    return product
  }
  try {
    const port = await freePort()
    const proxy = await TlsProxy.start(port)
    held.push(() => proxy.stop())
    const secureOrigin = `https://localhost:${proxy.port}`
    const secure = await started(port, { ORIGIN: secureOrigin })
    const calledPorts = [await freePort(), await freePort()]
    const plain = await started(await freePort(), {
      OUTBOUND_ALLOWED_ORIGINS: calledPorts.map((called) => `http://127.0.0.1:${called}`).join(),
    })
    project.provide('calledPorts', calledPorts)
    project.provide('origin', plain.origin)
    project.provide('secureOrigin', secureOrigin)
    project.provide('secureListening', secure.origin)
  } catch (error) {
    await letGo()
    throw error
  }
  return letGo
}
