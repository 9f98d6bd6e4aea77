// Writes the public keys of an authorization server as PEM files, for gateways that read no JWK Set:
//   node keys-to-pem.mjs https://login.example.com/oauth2/orders/v1/keys /etc/haproxy/orders
// It makes 1.pem to 4.pem, whatever the number of keys (the last is there again where there are fewer), so that a
// configuration can name them all. The next key is among them before it signs: run it once a day, and reload if it went well.
import { createPublicKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILES = 4

const [address, folder] = process.argv.slice(2)
const response = await fetch(address)
if (!response.ok) throw new Error(`${address}: ${response.status}`)
const { keys } = await response.json()
if (keys.length === 0 || keys.length > FILES) throw new Error(`${keys.length} keys at ${address}`)
mkdirSync(folder, { recursive: true })
for (let index = 0; index < FILES; index++) {
  const key = createPublicKey({ key: keys[index] ?? keys.at(-1), format: 'jwk' })
  writeFileSync(join(folder, `${index + 1}.pem`), key.export({ type: 'spki', format: 'pem' }))
}
