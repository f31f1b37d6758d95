/** Messages with some fields changed. */

/** A message with other fields. A spread would lose the defaults, which lie in the prototype. */
export function withFields<M extends object>(message: M, fields: Partial<M>): M {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields)
}
