/** Runs a model before anybody waits for it, so that plans are made and hot code is compiled at its best. */
import { SlipwayError } from '../../base/errors.ts'
import { elementCount } from '../../base/shape.ts'
import { storageBytes } from '../../base/storage.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import type { Graph } from '../../ir/graph.ts'
import type { Model } from './model.ts'

/** Inputs larger than this in all are left to the first run. */
const mostElements = 1 << 24

/** Only models whose inputs have sizes without names can be warmed up. */
export function warmUp(graph: Graph, model: Model): void {
  const inputs = zeroInputs(graph)
  if (!inputs) return
  try {
    model.run({ inputs, outputs: graph.outputs })
  } catch (error) {
    // Zeros need not be good inputs; a run with the caller's own will say what is wrong.
    if (!(error instanceof SlipwayError)) throw error
  }
}

function zeroInputs(graph: Graph): ReadonlyMap<string, Value> | undefined {
  const inputs = new Map<string, Tensor>()
  let elements = 0
  for (const name of graph.inputs) {
    if (graph.constants.has(name)) continue
    const type = graph.types.get(name)
    if (type?.kind !== 'tensor' || !type.shape || storageBytes(type.dtype) === undefined) return undefined
    const shape = type.shape.map((size) => (typeof size === 'number' ? size : 1))
    elements += elementCount(shape)
    if (elements > mostElements) return undefined
    const Data = arrayOf(type.dtype as 'float32') // any class of array; strings were ruled out
    inputs.set(name, tensor(type.dtype, shape, new Data(dataLength(type.dtype, shape)) as never)) // the dtype's own array
  }
  return inputs
}
