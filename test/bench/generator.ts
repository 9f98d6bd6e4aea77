/**
 * A load generator for machines without wrk: one prepared token request, from a process of its own, which prints what
 * token.lua prints. Arguments: url, Authorization header, form, connections, seconds.
 */
import { requestBytes } from './exchange.ts'
import { Lane } from './lane.ts'

const [, , address = '', authorization = '', form = '', connections = '1', seconds = '1'] =
  process.argv
const url = new URL(address)
const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
const request = { bytes: requestBytes(url, 'POST', url.pathname, headers, form) }

const lane = await Lane.open({
  url,
  connections: Number(connections),
  next: () => request,
  isGood: (_, answer) => answer.startsWith('HTTP/1.1 200'),
})
await lane.drive(Number(seconds) * 1000)
lane.close()
console.log(JSON.stringify(lane.figures))
