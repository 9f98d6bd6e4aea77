/** Objects that stand in for others, to see or to hold up what is asked of them. */

export type Method = (...args: unknown[]) => unknown

/** `object` with some of its methods replaced; they are called on the object itself. */
export const standIn = <T extends object>(
  object: T,
  replaced: (name: string, method: Method) => Method | undefined,
): T =>
  new Proxy(object, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const method: Method = (...args) => Reflect.apply(member, target, args)
      return replaced(String(name), method) ?? method
    },
  })
