/**
 * Who makes a request, as far as the platform says: address, program and place. Read while the request lives; what an
 * event makes of it comes later. The address is the edge's word, never the caller's own.
 */
import { limits } from '../platform/limits.ts'

export interface Caller {
  readonly ipAddress: string | null
  readonly userAgent: string | null
  /** Without the query, which may hold anything. */
  readonly path: string
  readonly place: Place | null
}

/** The members of `request.cf` that are read; nothing is certain to be there. */
export interface Place {
  readonly country?: unknown
  readonly region?: unknown
  readonly city?: unknown
  readonly postalCode?: unknown
  readonly latitude?: unknown
  readonly longitude?: unknown
  readonly asn?: unknown
  readonly asOrganization?: unknown
}

const ADDRESS = /^[\da-f.:]{2,45}$/i

export function callerOf(request: Request): Caller {
  const address = request.headers.get('cf-connecting-ip')
  const path = URL.parse(request.url)?.pathname ?? ''
  return {
    ipAddress: address !== null && ADDRESS.test(address) ? address : null,
    userAgent: request.headers.get('user-agent')?.slice(0, limits.logTextCharactersMax) ?? null,
    path: path.slice(0, limits.logTextCharactersMax),
    place: placeOf((request as { readonly cf?: Place }).cf),
  }
}

/** A copy, because the platform's object has much more in it. */
function placeOf(cf: Place | undefined): Place | null {
  if (cf === undefined || cf === null) return null
  const { country, region, city, postalCode, latitude, longitude, asn, asOrganization } = cf
  return { country, region, city, postalCode, latitude, longitude, asn, asOrganization }
}
