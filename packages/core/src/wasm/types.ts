/** Value types of WebAssembly and their encoding. Source: WebAssembly core specification, section 5.3. */

export const valTypeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

export type ValType = keyof typeof valTypeCodes

/** Bytes of instructions, nested as they were put together; flattened once per function. */
export type Code = number | readonly Code[]

/** Code that leaves one value of a type on the stack. Using it twice computes it twice. */
export interface Operand<T extends ValType = ValType> {
  readonly type: T
  readonly code: Code
}

/** A local variable; as an operand it reads the variable. */
export interface Local<T extends ValType = ValType> extends Operand<T> {
  readonly index: number
}
