/** What kernels read off their arguments: single numbers, and the dtype that inference gave. */
import type { DType } from '../../base/dtype.ts'
import type { WideTensor } from '../../base/wide.ts'
import type { KernelContext } from '../define.ts'
import { refuseValue } from '../refuse.ts'

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
