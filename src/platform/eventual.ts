/**
 * What is here already, or comes. The token endpoint's work is so small that a promise for what is known anyway is
 * among the dearest of its steps, so what is remembered is given as it is.
 */
export type Eventual<T> = T | Promise<T>

/** Goes on with a value at once if it is here, and else when it comes. */
export const onceHere = <T, U>(value: Eventual<T>, go: (value: T) => Eventual<U>): Eventual<U> =>
  value instanceof Promise ? value.then(go) : go(value)
