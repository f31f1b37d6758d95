import { describe, expect, it } from 'vitest'
import { portableTarget } from '../../kernel/target.ts'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { generator } from '../../testing/gen.ts'
import { flat, i32, i64 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { gatherBlockQuantized } from '../contrib/gather-block-quantized.ts'
import { matmulNBits } from '../contrib/matmul-nbits.ts'
import { randomStream } from '../random.ts'

const g = generator(randomStream(1))
const random = (...shape: readonly number[]) => g.tensor('float32', shape)
const bytes = (...shape: readonly number[]) =>
  flat(
    'uint8',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => g.int(0, 255)),
  )
const tolerance = { relative: 1e-4, absolute: 1e-3 }

describe.each([
  [2, 16],
  [4, 16],
  [4, 32],
  [8, 16],
  [8, 32],
  [4, 128],
])('%i bits in blocks of %i', (bits, block_size) => {
  it.each([1, 33, 130])('MatMulNBits over %i', (K) => {
    const blocks = Math.ceil(K / block_size)
    for (const [M, N] of [
      [1, 1],
      [2, 7],
      [5, 6],
    ] as const) {
      const weights = [bytes(N, blocks, (block_size * bits) / 8), random(N, blocks)]
      const attrs = { K, N, bits, block_size }
      const zeros = [undefined, bytes(N, Math.ceil((blocks * bits) / 8)), random(N, blocks)]
      const inputs = zeros.map((zero, i) => [
        random(M, K),
        ...weights,
        zero,
        undefined,
        i === 1 ? random(N) : undefined,
      ])
      for (const list of inputs) checkOnTargets(matmulNBits, { inputs: list, attrs, tolerance, threads: 2 })
    }
  })

  it('GatherBlockQuantized', () => {
    for (const size of [16, 40, 72]) {
      const blocks = Math.ceil(size / block_size)
      const attrs = { bits, block_size, quantize_axis: 2, gather_axis: 0 }
      const data = bytes(5, 3, (size * bits) / 8)
      const scales = random(5, 3, blocks)
      const zeros = bytes(5, 3, Math.ceil((blocks * bits) / 8))
      checkOnTargets(gatherBlockQuantized, { inputs: [data, i64([[4, 0, -1]]), scales, zeros], attrs })
      const inner = { ...attrs, gather_axis: 1 }
      checkOnTargets(gatherBlockQuantized, { inputs: [data, i32([2, 1]), scales], attrs: inner })
    }
  })
})

it('leaves columns that name their blocks to others', () => {
  const inputs = [random(1, 16), bytes(1, 1, 8), random(1, 1), undefined, i32(new Array(16).fill(0))]
  const run = () => runEmit(matmulNBits, inputs, { K: 16, N: 1, block_size: 16 }, { target: portableTarget })
  expect(run).toThrow('columns that name their blocks')
})
