/** A promise that is resolved from outside. */
export interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
}

export function createDeferred(): Deferred {
  let resolve: (() => void) | undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: resolve! }
}
