/** Names for the sets of types that ONNX's type constraints use again and again. Bare dtypes mean tensors. */

export const ieeeFloats = ['float16', 'float32', 'float64'] as const
export const floats = ['bfloat16', ...ieeeFloats] as const
export const signedInts = ['int8', 'int16', 'int32', 'int64'] as const
const unsignedInts = ['uint8', 'uint16', 'uint32', 'uint64'] as const
export const ints = [...signedInts, ...unsignedInts] as const
export const indexInts = ['int32', 'int64'] as const
/** Numbers without bfloat16. */
export const ieeeNumbers = [...ints, ...ieeeFloats] as const
export const numbers = [...ints, ...floats] as const
export const complexes = ['complex64', 'complex128'] as const
/** The tensor types of IR 3. */
export const classicTensors = [...ieeeNumbers, 'string', 'bool', ...complexes] as const
/** The tensor types of IR 4. */
export const tensorsIr4 = [...classicTensors, 'bfloat16'] as const
export const float8s = ['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz'] as const
export const int4s = ['uint4', 'int4'] as const
export const int2s = ['uint2', 'int2'] as const
export const float6s = ['float6e2m3', 'float6e3m2'] as const
const tensorsIr9 = [...tensorsIr4, ...float8s] as const
const tensorsIr10 = [...tensorsIr9, ...int4s] as const
const tensorsIr11 = [...tensorsIr10, 'float4e2m1'] as const
export const tensorsIr12 = [...tensorsIr11, 'float8e8m0'] as const
export const tensorsIr13 = [...tensorsIr12, ...int2s] as const
const tensorsIr14 = [...tensorsIr13, ...float6s] as const
/** Sequences of the tensor types of IR 3. */
export const classicSequences = classicTensors.map((dtype) => `seq(${dtype})` as const)

const sequencesOf = <const T extends readonly string[]>(list: T) =>
  list.map((type: T[number]) => `seq(${type})` as const)
const optionalsOf = <const T extends readonly string[]>(list: T) =>
  list.map((type: T[number]) => `optional(${type})` as const)
/** Optionals of the classic tensors and of sequences of them. */
const classicOptionals = optionalsOf([...classicTensors, ...classicSequences])
/** What Identity passes on. */
export const identityValues = [...tensorsIr13, ...classicSequences, ...classicOptionals] as const
/** What If and Loop carry: of optionals, those of bfloat16 sequences but no later sequences. */
export const controlValues = [
  ...tensorsIr13,
  ...sequencesOf(tensorsIr13),
  ...optionalsOf([...tensorsIr13, ...classicSequences, 'seq(bfloat16)']),
] as const
/** What an optional may hold. */
export const optionalElements = [...tensorsIr14, ...sequencesOf(tensorsIr14)] as const
export const optionalValues = optionalsOf(optionalElements)
