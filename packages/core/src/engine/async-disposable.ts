/** What `await using` calls. A platform without the symbol has no such statement either, so nobody misses it. */
export function asyncDisposable(dispose: () => Promise<void>): AsyncDisposable {
  const known = typeof Symbol.asyncDispose === 'symbol'
  return (known ? { [Symbol.asyncDispose]: dispose } : {}) as AsyncDisposable // see above
}
