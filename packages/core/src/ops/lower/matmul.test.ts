import { describe, it } from 'vitest'
import { float } from '../../ir/builder.ts'
import { targetKey } from '../../kernel/target.ts'
import { checkEmit, epilogues } from '../../testing/check-emit.ts'
import { exactTensor, randomCases } from '../../testing/random-cases.ts'
import { testTargets } from '../../testing/targets.ts'
import { transposeMatmul } from '../contrib/transpose-matmul.ts'
import { gemm } from '../gemm.ts'
import { matmul } from '../matmul.ts'

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 23, 31]

for (const target of testTargets({ everyTile: true })) {
  describe(`products on ${targetKey(target)}`, () => {
    it('equal the reference around the edges of tiles', () => {
      randomCases(40, (g) => {
        const [m, k, n] = [g.oneOf(edges), g.oneOf(edges), g.oneOf(edges)]
        const inputs = [exactTensor(g, [m, k], g.int(0, 3) === 0), exactTensor(g, [k, n])]
        const constants = [0, 1].filter(() => g.bool())
        checkEmit(
          matmul,
          { inputs, constants, hasEpilogue: g.oneOf(epilogues), threads: g.int(1, 3) },
          target,
        )
      })
    })

    it('equal the reference where the sum comes in parts', () => {
      randomCases(8, (g) => {
        const [m, k, n] = [g.int(1, 21), g.oneOf([383, 384, 385, 512, 521, 600]), g.int(1, 37)]
        const inputs = [exactTensor(g, [m, k], g.bool()), exactTensor(g, [k, n])]
        const constants = [0, 1].filter(() => g.bool())
        checkEmit(matmul, { inputs, constants, hasEpilogue: g.oneOf(epilogues) }, target)
      })
    })

    it('equal the reference for batches', () => {
      randomCases(30, (g) => {
        const [m, k, n] = [g.int(1, 9), g.int(1, 9), g.int(1, 19)]
        const [batchA, batchB] = g.oneOf([
          [[2], [2]],
          [[3], []],
          [[], [3]],
          [[2, 1], [3]],
          [
            [2, 3],
            [1, 3],
          ],
          [
            [2, 1, 2],
            [3, 1],
          ],
          [[0], [1]],
        ])
        const constants = [0, 1].filter(() => g.bool())
        const inputs = [exactTensor(g, [...batchA, m, k]), exactTensor(g, [...batchB, k, n])]
        checkEmit(matmul, { inputs, constants, hasEpilogue: g.oneOf(epilogues) }, target)
      })
    })

    it('take vectors', () => {
      randomCases(20, (g) => {
        const [k, n] = [g.int(1, 40), g.int(1, 20)]
        const x = exactTensor(g, [k], g.bool())
        const matrix = g.bool()
        const hasEpilogue = g.oneOf(epilogues)
        if (matrix) checkEmit(matmul, { inputs: [x, exactTensor(g, [k, n])], hasEpilogue }, target)
        else checkEmit(matmul, { inputs: [exactTensor(g, [2, n, k]), x], hasEpilogue }, target)
      })
      randomCases(2, (g) => {
        checkEmit(matmul, { inputs: [exactTensor(g, [5]), exactTensor(g, [5])] }, target)
      })
    })

    it('transpose, scale and start from a bias', () => {
      randomCases(40, (g) => {
        const [m, k, n] = [g.oneOf(edges), g.oneOf(edges), g.oneOf(edges)]
        const [transA, transB] = [g.int(0, 1), g.int(0, 1)]
        const C = g.oneOf([undefined, [], [1], [n], [1, n], [m, 1], [m, n], [1, 1]])
        const inputs = [
          exactTensor(g, transA ? [k, m] : [m, k], g.int(0, 3) === 0),
          exactTensor(g, transB ? [n, k] : [k, n]),
          C && exactTensor(g, C),
        ]
        const attrs = {
          alpha: float(g.oneOf([1, 0.5, -2])),
          beta: float(g.oneOf([1, 0.5, 0])),
          transA,
          transB,
        }
        const constants = [0, 1, 2].filter(() => g.bool())
        checkEmit(
          gemm,
          { inputs, attrs, constants, hasEpilogue: g.oneOf(epilogues), threads: g.int(1, 3) },
          target,
        )
      })
    })

    it('equal the reference in a last column or two', () => {
      randomCases(12, (g) => {
        const [m, k, n] = [g.int(16, 41), g.oneOf([1, 5, 390]), g.oneOf([9, 10, 13, 14, 17, 18, 25])]
        const C = g.oneOf([undefined, [n], [m, 1], [m, n]])
        const inputs = [exactTensor(g, [m, k], g.bool()), exactTensor(g, [k, n]), C && exactTensor(g, C)]
        checkEmit(gemm, { inputs, constants: [0, 1], hasEpilogue: g.oneOf(epilogues) }, target)
      })
    })

    it('transpose batches', () => {
      randomCases(20, (g) => {
        const [m, k, n] = [g.int(1, 9), g.int(1, 9), g.int(1, 19)]
        const [transA, transB] = [g.int(0, 1), g.int(0, 1)]
        const inputs = [
          exactTensor(g, [3, ...(transA ? [k, m] : [m, k])]),
          exactTensor(g, [...(g.bool() ? [3] : []), ...(transB ? [n, k] : [k, n])]),
        ]
        const attrs = { alpha: float(g.oneOf([1, 0.5])), transA, transB }
        checkEmit(transposeMatmul, { inputs, attrs, constants: [0, 1].filter(() => g.bool()) }, target)
      })
    })
  })
}
