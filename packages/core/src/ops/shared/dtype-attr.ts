/** Attributes that name an element type by its TensorProto code: to, output_dtype, output_datatype, precision. */
import { type DType, tryDTypeOfCode } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'

/** The element type of a code, which must be among `allowed`. Throws SLP-O1. */
export function dtypeOfAttr(name: string, code: number, allowed: readonly string[]): DType {
  const dtype = tryDTypeOfCode(code)
  if (dtype && allowed.includes(dtype)) return dtype
  throw new SlipwayError(
    'SLP-O1',
    `Cannot read attribute ${name}: it must be the code of one of ${allowed.join(', ')}, got ${dtype ?? code}`,
  )
}
