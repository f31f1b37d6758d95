import { definePass, type Guard } from '../define.ts'
import { rank, sole } from '../guards.ts'
import { op } from '../pattern.ts'
import { sameShape } from '../tensors.ts'

/** Gemm lets C broadcast to the product, never the product to C. */
const fitsProduct: Guard = ({ view, root, node }) =>
  sameShape(view.shape(root.outputs[0]!), view.shape(node('product').outputs[0]!)) ||
  'what is added must not enlarge the product'

export const matmulAdd = definePass({
  name: 'matmul-add',
  priority: 320,
  doc: 'MatMul of two matrices plus something that broadcasts to the product becomes Gemm.',
  pattern: op('Add', [op('MatMul', ['a', 'b'], { as: 'product' }), 'c']),
  guards: [sole('product'), rank('a', 2), rank('b', 2), fitsProduct],
  build: ({ value }, emit) => emit.node('Gemm', [value('a'), value('b'), value('c')]),
})

export const gemmAdd = definePass({
  name: 'gemm-add',
  priority: 320,
  doc: 'Gemm without C plus something that broadcasts to the product takes it as C.',
  pattern: op('Add', [op('Gemm', ['a', 'b'], { as: 'product' }), 'c']),
  guards: [sole('product'), fitsProduct],
  build: ({ node, value }, emit) =>
    emit.again(node('product'), [value('a'), value('b'), value('c')], { beta: undefined }),
})
