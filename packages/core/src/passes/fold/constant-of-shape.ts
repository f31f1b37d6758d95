import { dtypeInfo } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import { arrayOf, type DataOf, type Tensor, tensor } from '../../base/tensor.ts'
import type { Node } from '../../ir/graph.ts'
import { definePass } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import { tryIntegers } from '../tensors.ts'
import { bytesOf, type Folded, fits, foldInto, foldLimits, roomFor } from './fold-into.ts'

/**
 * Models whose weights are all alike state them so, and other rewrites and the packing of weights need the tensor
 * itself. What is larger and no weight stays a fill of fresh memory, which costs no bytes in the model.
 */
export const constantOfShape = definePass({
  name: 'constant-of-shape',
  priority: 20,
  doc: 'ConstantOfShape with a constant shape becomes an initialiser where a layer reads it, or where it is small.',
  find: (view, report) => {
    const folded = new Map<Node, Folded>()
    let room = roomFor(view)
    for (const node of view.nodesOf('ConstantOfShape')) {
      const result = fill(view, node, room)
      if (typeof result === 'string') report(node, result)
      else {
        room -= result.data.byteLength
        folded.set(node, new Map([[node.outputs[0]!, result]]))
      }
    }
    return foldInto('constant-of-shape', view, folded)
  },
})

type Filled = Tensor & { readonly data: { readonly byteLength: number } }

function fill(view: GraphView, node: Node, room: number): Filled | string {
  const sizes = tryIntegers(view.constant(node.inputs[0]!))
  if (!sizes || sizes.some((size) => size < 0)) return 'the shape must be a constant'
  const value = node.attributes.get('value')
  const source: Tensor = value?.kind === 'tensor' ? value.value : tensor('float32', [1], new Float32Array(1))
  const { dtype } = source
  if (
    dtype === 'string' ||
    dtypeInfo(dtype).bits < 8 ||
    dtypeInfo(dtype).kind === 'complex' ||
    source.data.length !== 1
  ) {
    return 'the value must be one number of a byte or more'
  }
  const count = elementCount(sizes)
  const isWeight = view.consumers(node.outputs[0]!).some((reader) => view.op(reader)?.lower.kind === 'kernel')
  if (!isWeight && count > foldLimits.elements)
    return `at most ${foldLimits.elements} elements may be written out, got ${count}`
  if (!fits(bytesOf(dtype, count), room))
    return `the constants of a graph may take ${foldLimits.totalBytes} bytes`
  const data = new (arrayOf(dtype))(count).fill(source.data[0] as never) // an element of the same class
  return tensor(dtype, sizes, data as DataOf[typeof dtype]) as Filled // typed arrays all have a byteLength
}
