/**
 * Headers of what keys sign, RFC 7515 §4.1. Each is one object for as long as its key is known, and encoded once: all
 * tokens of a kind begin alike.
 */
import type { SigningAlgorithm } from '../domain/authorization-server.ts'
import { base64url } from '../platform/encoding.ts'
import { briefUtf8 } from '../platform/scratch.ts'

/** The header of a key's JWTs that do not say what they are. */
export interface KeyHeader {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly typ?: never
}

/** The header of one kind of JWT, §4.1.9. */
export interface TypedHeader extends Omit<KeyHeader, 'typ'> {
  readonly typ: string
}

export type JwtHeader = KeyHeader | TypedHeader

const typedHeaders = new WeakMap<KeyHeader, Map<string, TypedHeader>>()

/** The header of a key's JWTs of a type: one of few, and always the same object. */
export function typedHeader(header: KeyHeader, typ: string): TypedHeader {
  let ofTypes = typedHeaders.get(header)
  if (ofTypes === undefined) typedHeaders.set(header, (ofTypes = new Map()))
  let typed = ofTypes.get(typ)
  if (typed === undefined) ofTypes.set(typ, (typed = { typ, alg: header.alg, kid: header.kid }))
  return typed
}

const known = new WeakMap<JwtHeader, string>()

/** The header as a JWT begins with it, §3.1. */
export function encodedHeader(header: JwtHeader): string {
  let text = known.get(header)
  if (text === undefined) known.set(header, (text = base64url(briefUtf8(JSON.stringify(header)))))
  return text
}
