import type { DType } from '../../base/dtype.ts'
import type { KernelContext } from '../define.ts'
import { refuseValue } from '../refuse.ts'

/** The dtype that inference gave a tensor output. Throws SLP-O4 where the output is no tensor. */
export function outputDType({ outputs }: KernelContext, index = 0): DType {
  const type = outputs[index]?.type
  return type?.kind === 'tensor' ? type.dtype : refuseValue('the output must be a tensor', type?.kind)
}
