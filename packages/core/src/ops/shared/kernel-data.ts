/** What kernels read off their arguments: numbers whatever the dtype, and the dtype that inference gave. */
import type { DType } from '../../base/dtype.ts'
import type { WideTensor } from '../../base/wide.ts'
import type { KernelContext } from '../define.ts'
import { refuseValue } from '../refuse.ts'

/** Elements as float64; 64-bit integers are rounded. The array may be the tensor's own: do not write to it. */
export function numbersIn(x: WideTensor): Float64Array {
  const { data } = x
  if (data instanceof Float64Array) return data
  if (Array.isArray(data)) return refuseValue('elements must be numbers', x.dtype)
  const out = new Float64Array(data.length)
  for (let i = 0; i < data.length; i++) out[i] = Number(data[i])
  return out
}

/** The only element of a tensor, as a number. Throws SLP-O4 where there is not exactly one. */
export function scalarIn(name: string, x: WideTensor): number {
  if (x.data.length !== 1) refuseValue(`${name} must have one element`, x.data.length)
  return Number(x.data[0])
}

/** The dtype of a tensor output. */
export function outputDType({ outputs }: KernelContext, index = 0): DType {
  const type = outputs[index]?.type
  return type?.kind === 'tensor' ? type.dtype : refuseValue('the output must be a tensor', type?.kind)
}
