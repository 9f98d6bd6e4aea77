/** Apache with what the documented configurations need, and one of them. */
import { inject } from 'vitest'
import { freePort } from '../../e2e/product.ts'
import { Folder, startGateway, type Gateway } from './gateway.ts'

const MODULES = [
  'allowmethods',
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'headers',
  'proxy',
  'proxy_http',
  'setenvif',
  'auth_openidc',
]

/** What Debian's own configuration says otherwise, in a folder, for workers that are not root. */
const frame = (folder: Folder, port: number): string => `
ServerRoot ${folder.path}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile apache.pid
ErrorLog error.log
DefaultRuntimeDir ${folder.path}
Mutex file:${folder.path} default
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User www-data
Group www-data
`

/** The configuration is told the origin of Apache. */
export async function startApache(
  configuration: (origin: string) => string | Promise<string>,
  at?: number,
): Promise<Gateway> {
  const [folder, port] = [new Folder(), at ?? (await freePort())]
  const authority = folder.write('authority.pem', inject('certificate'))
  const path = folder.write(
    'apache.conf',
    `${frame(folder, port)}
OIDCCABundlePath ${authority}
${await configuration(`http://127.0.0.1:${port}`)}`,
  )
  const args = ['-d', folder.path, '-f', path, '-D', 'FOREGROUND']
  return startGateway(inject('programs').apache, args, port, folder)
}
