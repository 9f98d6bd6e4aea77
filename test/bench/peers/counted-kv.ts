/** A namespace of KV that counts what is asked of it, and a path that tells how much that was so far. */

export const KV_OPERATIONS_PATH = '/bench/kv-operations'

let operations = 0

export const kvOperations = (): Response => Response.json(operations)

export const countedKv = <Namespace extends object>(namespace: Namespace): Namespace =>
  new Proxy(namespace, {
    get(inner, name) {
      const member: unknown = Reflect.get(inner, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        operations++
        return Reflect.apply(member, inner, args)
      }
    },
  })
