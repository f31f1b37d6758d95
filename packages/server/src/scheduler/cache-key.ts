/** Requests that must have the same answer have the same key, and no others do. */
import { createHash, type Hash } from 'node:crypto'
import type { Tensor } from '@slipway/core'

/** Every part says how long it is, so that no two lists of parts look alike. */
export function cacheKey(
  scope: readonly (string | number)[],
  inputs: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): string {
  const hash = createHash('sha256')
  const names = [...inputs.keys()].sort()
  hash.update(JSON.stringify([scope, [...outputs].sort(), names]))
  for (const name of names) addTensor(hash, inputs.get(name)!)
  return hash.digest('base64')
}

function addTensor(hash: Hash, { dtype, shape, data }: Tensor): void {
  if (ArrayBuffer.isView(data)) {
    hash.update(JSON.stringify([dtype, shape, data.byteLength]))
    hash.update(data)
  } else hash.update(JSON.stringify([dtype, shape, data]))
}
