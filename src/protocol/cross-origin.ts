/**
 * What pages of other origins may send and read (Fetch §3.2), at every door alike: the headers that Okta's SDKs for
 * browsers set and look for. Which pages may do so each door says itself.
 */
export const ALLOWED_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'DPoP',
  'If-Match',
  'Prefer',
  'X-Device-Fingerprint',
  'X-Device-Token',
  'X-Okta-User-Agent-Extended',
].join(', ')

export const EXPOSED_HEADERS = [
  'DPoP-Nonce',
  'ETag',
  'Link',
  'Retry-After',
  'WWW-Authenticate',
  'X-Okta-Request-Id',
  'X-Rate-Limit-Limit',
  'X-Rate-Limit-Remaining',
  'X-Rate-Limit-Reset',
].join(', ')
