/** Attributes that name an element type by its TensorProto code, such as to, dtype and stash_type. */
import { type DType, dtypeInfo, isFloat, tryDTypeOfCode } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'

/** The element type of a code, or `fallback` without a code; it must be among `allowed`. Throws SLP-O1. */
export function dtypeOfAttr(
  name: string,
  code: number | undefined,
  allowed: readonly string[],
  fallback?: DType,
): DType {
  const dtype = code === undefined ? fallback : tryDTypeOfCode(code)
  if (dtype && allowed.includes(dtype)) return dtype
  const got = code === undefined ? `none for ${fallback}` : (dtype ?? code)
  throw wrongCode(name, `one of ${allowed.join(', ')}`, got)
}

/** The float type of a code, one of at least `leastBits`. Throws SLP-O1. */
export function floatDTypeOfAttr(name: string, code: number, leastBits = 0): DType {
  const dtype = tryDTypeOfCode(code)
  if (dtype && isFloat(dtype) && dtypeInfo(dtype).bits >= leastBits) return dtype
  throw wrongCode(name, `a float type${leastBits > 0 ? ` of ${leastBits} bits or more` : ''}`, dtype ?? code)
}

function wrongCode(name: string, rule: string, got: string | number): SlipwayError {
  return new SlipwayError(
    'SLP-O1',
    `Cannot read attribute ${name}: it must be the code of ${rule}, got ${got}`,
  )
}
