/** What the tests of this package share: where its optional peers may be, and small models. */
import { fileURLToPath } from 'node:url'
import { type Graph, graphBuilder, symbol, tensor } from '@slipway/core'
import { tryFindPeer } from './find-peer.ts'
import type { OrtOptions } from './ort-options.ts'

/** The peers are installed by `npm ci --prefix conformance` or `npm ci --prefix bench`, never by the workspace. */
export const searchFrom = ['conformance', 'bench'].map((folder) =>
  fileURLToPath(new URL(`../../../${folder}`, import.meta.url)),
)

/** False where a peer is not installed; tests then skip, and say so. */
export function hasPeer(name: NonNullable<OrtOptions['peer']>): boolean {
  const has = tryFindPeer(name, searchFrom) !== undefined
  if (!has) console.log(`tests on ${name} are skipped: it is not installed (npm ci --prefix bench)`)
  return has
}

/** y = tanh(abs(x) + w) over [N, 3]. */
export function smallGraph(): Graph {
  const b = graphBuilder({ name: 'small' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 3] })
  const w = b.constant(tensor('float32', [3], Float32Array.of(0.1, 0.2, 0.3)), 'w')
  const [a] = b.nodes('Abs', [x], {}, { name: 'abs', outputs: ['a'] })
  const [s] = b.nodes('Add', [a!, w], {}, { name: 'shift', outputs: ['s'] })
  const [y] = b.nodes('Tanh', [s!], {}, { name: 'tanh', outputs: ['y'] })
  return b.build([y!])
}
