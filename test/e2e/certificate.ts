/** A self-signed certificate for loopback names (RFC 5280 §4.1), written out as DER, since Node makes keys only. */
import { generateKeyPairSync, sign } from 'node:crypto'

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const EXPLICIT_VERSION = 0xa0
const EXPLICIT_EXTENSIONS = 0xa3
const DNS_NAME = 0x82
const IP_ADDRESS = 0x87

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff]
  const size = length < 0x80 ? bytes : [0x80 | bytes.length, ...bytes]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const object = (hex: string): Buffer => Buffer.from(hex, 'hex')

const COMMON_NAME = object('0603550403')
const SUBJECT_ALT_NAME = object('0603551d11')
const ECDSA_WITH_SHA256 = der(SEQUENCE, object('06082a8648ce3d040302'))

const utcTime = (time: Date): Buffer =>
  der(UTC_TIME, Buffer.from(`${time.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))

const DAY = 24 * 3600 * 1000

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Good from yesterday until tomorrow, for `localhost` and 127.0.0.1. */
export function selfSigned(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const common = der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from('localhost')))
  const name = der(SEQUENCE, der(SET, common))
  const names = der(
    SEQUENCE,
    der(DNS_NAME, Buffer.from('localhost')),
    der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
  )
  const extension = der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, names))
  const content = der(
    SEQUENCE,
    der(EXPLICIT_VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, utcTime(new Date(Date.now() - DAY)), utcTime(new Date(Date.now() + DAY))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXPLICIT_EXTENSIONS, der(SEQUENCE, extension)),
  )
  const signature = sign('sha256', content, privateKey)
  const whole = der(
    SEQUENCE,
    content,
    ECDSA_WITH_SHA256,
    der(BIT_STRING, Buffer.from([0]), signature),
  )
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
