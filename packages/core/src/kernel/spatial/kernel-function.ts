/** Functions that a kernel calls: parts of it that are compiled, and tiered up, by themselves. */
import type { FunctionRef, Local, Operand, ValType } from '../../wasm/index.ts'
import { type KernelBuilder, kernelParams, type ParamSpec } from '../kernel.ts'

/** Calls the part with operands for the parameters that it has besides the kernel's own. */
export type KernelPart = (...operands: readonly Operand[]) => void

/**
 * A function whose first parameters are those of the kernel, so that what the builder gives for its arguments holds in
 * it too.
 */
export function kernelPart<P extends ParamSpec, const T extends readonly ValType[]>(
  k: KernelBuilder<P>,
  name: string,
  params: T,
  body: (inner: KernelBuilder<P>, ...locals: { readonly [K in keyof T]: Local<T[K] & ValType> }) => void,
): KernelPart {
  const target: FunctionRef = k.m.func(name, [...kernelParams, ...params], undefined, (f, _args, ...rest) => {
    const [task, scratch, ...own] = rest as readonly Local<'i32'>[] // the kernel's parameters come first
    body({ ...k, f, task: task!, scratch: scratch! }, ...(own as never)) // then those of the part, in order
    return undefined
  })
  // The same index holds the arguments in both functions.
  const args: Operand<'i32'> = { type: 'i32', code: [0x20, 0] }
  return (...operands) => k.f.call(target, args, k.task, k.scratch, ...operands)
}
