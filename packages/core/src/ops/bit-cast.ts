import { type DType, dtypeInfo } from '../base/dtype.ts'
import { arrayOf, type DataOf, type Tensor, tensor } from '../base/tensor.ts'
import { narrow, type WideTensor, widen } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { emitWhole } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { complexes, float8s, int2s, int4s, numbers } from './types.ts'

const castable = [
  ...numbers,
  ...float8s,
  ...complexes,
  ...int4s,
  ...int2s,
  'bool',
  'float4e2m1',
  'float8e8m0',
] as const

/**
 * The same bits read as another type of the same width. A NaN keeps being one, but the reference kernel does
 * not keep its payload.
 */
export const bitCast = defineOp({
  name: 'BitCast',
  since: [26],
  types: { T1: castable, T2: castable },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: { to: attr.required.int() },
  infer: ({ input }, { to }) => ({ output: tensorFact(targetOf(input.dtype, to), input.shape) }),
  reference: ({ input }, { to }) => ({ output: reinterpret(input, targetOf(input.dtype, to)) }),
  gradient: none('bits are no numbers'),
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ input }, { output }, _attrs, context) => emitWhole(input, output, context),
  },
})

function targetOf(from: DType, to: number): DType {
  const dtype = dtypeOfAttr('to', to, castable)
  const [wanted, got] = [dtypeInfo(from).bits, dtypeInfo(dtype).bits]
  return wanted === got ? dtype : refuse(`to must name a type of ${wanted} bits, as ${from} has`, dtype)
}

function reinterpret(x: WideTensor, dtype: DType): WideTensor {
  const { data } = narrow(x) as Tensor<Exclude<DType, 'string'>> // strings are no input
  const Data = arrayOf(dtype as Exclude<DType, 'string'>) // castable has no strings
  const view = new Data(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / Data.BYTES_PER_ELEMENT) // narrow makes no shared memory
  return widen(tensor(dtype, x.shape, view as DataOf[DType])) // the class was chosen by dtype
}
