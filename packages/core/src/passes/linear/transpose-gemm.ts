import { numberOf } from '../attributes.ts'
import { definePass, refused } from '../define.ts'
import { rank } from '../guards.ts'
import { op } from '../pattern.ts'
import { permOf } from '../permutation.ts'

export const transposeGemm = definePass({
  name: 'transpose-gemm',
  priority: 330,
  doc: 'Gemm, and MatMul of two matrices, reads a transposed matrix without the Transpose.',
  pattern: op(['Gemm', 'MatMul'], ['a', 'b'], { as: 'product', open: true }),
  guards: [rank('a', 2), rank('b', 2)],
  build: ({ view, node, value }, emit) => {
    const product = node('product')
    const behind = (name: string) => {
      const maker = view.producer(name)
      const isTurned = maker?.op === 'Transpose' && maker.domain === '' && permOf(view, maker)?.[0] === 1
      return isTurned ? maker.inputs[0] : undefined
    }
    const [a, b] = [behind(value('a')), behind(value('b'))]
    if (a === undefined && b === undefined) return refused('a or b must come from Transpose')
    const turned = (name: string, isTurned: boolean) => Number((numberOf(product, name) !== 0) !== isTurned)
    return emit.node('Gemm', [a ?? value('a'), b ?? value('b'), product.inputs[2]], {
      ...Object.fromEntries(product.attributes),
      transA: turned('transA', a !== undefined),
      transB: turned('transB', b !== undefined),
    })
  },
})
