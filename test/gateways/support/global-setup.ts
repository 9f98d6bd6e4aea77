/** Before all tests of gateways: Debian's programs are there, and one product serves them all, also over TLS. */
import type { TestProject } from 'vitest/node'
import { ensureInstalled } from '../../e2e/debian.ts'
import { freePort, remove, startProduct, temporaryFolder } from '../../e2e/product.ts'
import { TlsProxy } from '../../e2e/tls-proxy.ts'
import type { Domain } from './domain.ts'
import { makeDomains } from './domains.ts'
import { LogoutTokens } from './logout-tokens.ts'

const CONSUMERS = ['apacheJwks', 'apacheIntrospection', 'nginx', 'haproxy', 'express'] as const

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the product. */
    origin: string
    /** Where the product is reached by https, with what signed its certificate. Its issuers are those of `origin`. */
    secureOrigin: string
    certificate: string
    programs: { readonly apache: string; readonly nginx: string; readonly haproxy: string }
    /** Where the product may tell a relying party that somebody left. */
    relyingPartyPort: number
    /** For each consumer one of its own, since keys are rotated. */
    domains: Readonly<Record<(typeof CONSUMERS)[number], Domain>>
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [apache = '', nginx = '', haproxy = ''] = ensureInstalled([
    { name: 'apache2', packages: ['apache2-bin'] },
    { name: 'nginx', packages: ['nginx'] },
    { name: 'haproxy', packages: ['haproxy'] },
    {
      name: '/usr/lib/apache2/modules/mod_auth_openidc.so',
      packages: ['libapache2-mod-auth-openidc'],
    },
    { name: '/usr/lib/nginx/modules/ngx_http_js_module.so', packages: ['libnginx-mod-http-js'] },
  ])
  project.provide('programs', { apache, nginx, haproxy })
  const held: (() => unknown)[] = []
  const letGo = async (): Promise<void> => {
    for (const end of held.toReversed()) await end()
  }
  try {
    const stateDir = temporaryFolder()
    held.push(() => remove(stateDir))
    const port = await freePort()
    const proxy = await TlsProxy.start(port)
    held.push(() => proxy.stop())
    const logoutTokens = await LogoutTokens.start()
    held.push(() => logoutTokens.stop())
    const relyingPartyPort = await freePort()
    const product = await startProduct(stateDir, port, {
      OUTBOUND_ALLOWED_ORIGINS: `${logoutTokens.origin},http://127.0.0.1:${relyingPartyPort}`,
    })
    project.provide('relyingPartyPort', relyingPartyPort)
    held.push(product.kill)
    project.provide('origin', product.origin)
    project.provide('secureOrigin', `https://localhost:${proxy.port}`)
    project.provide('certificate', proxy.certificate)
    const { origin, execute } = product
    const domains = await makeDomains(CONSUMERS, origin, execute, logoutTokens)
    project.provide('domains', domains)
  } catch (error) {
    await letGo()
    throw error
  }
  return letGo
}
