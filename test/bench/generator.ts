/**
 * A load generator for machines without wrk: one prepared token request, from a process of its own, which prints what
 * token.lua prints. Arguments: url, Authorization header, form, connections, seconds.
 */
import { exchange, requestBytes } from './exchange.ts'

const [, , address = '', authorization = '', form = '', connections = '1', seconds = '1'] =
  process.argv
const url = new URL(address)
const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
const request = { bytes: requestBytes(url, 'POST', url.pathname, headers, form) }

const figures = await exchange({
  url,
  connections: Number(connections),
  seconds: Number(seconds),
  next: () => request,
  isGood: (_, answer) => answer.startsWith('HTTP/1.1 200'),
})
console.log(JSON.stringify(figures))
