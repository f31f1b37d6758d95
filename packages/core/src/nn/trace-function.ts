/** Runs a function of tensors once, on tensors without values, to see what it computes. */
import { SlipwayError } from '../base/errors.ts'
import type { TensorType } from '../base/value.ts'
import { tensorType } from '../base/value.ts'
import type { Cell } from './tensor/origin.ts'
import { type Tensor, tensorOf } from './tensor/tensor.ts'
import type { Trace } from './tensor/trace.ts'
import { leavesOf, rebuild } from './tree.ts'
import type { VariableCell } from './variable-cell.ts'

export interface TracedFunction<R> {
  readonly name: string
  /** One for each tensor of the arguments, in order, and the key of random numbers. */
  readonly inputs: readonly Cell[]
  readonly result: R
  /** The tensors of the result, in order. */
  readonly outputs: readonly Cell[]
  /** What variables are assigned. */
  readonly assignments: ReadonlyMap<VariableCell, Cell>
}

export interface TraceOptions {
  readonly name: string
  /** The type of each tensor of the arguments, that of the tensor itself unless given. */
  readonly typeOf?: (path: string, tensor: Tensor) => TensorType
  /** Names of the inputs in order; made of their paths unless given. */
  readonly inputNames?: readonly string[] | undefined
}

/** Throws what the function throws. Variables are afterwards as they were. */
export function traceFunction<R>(
  fn: (...args: never) => R,
  args: readonly unknown[],
  { name, typeOf, inputNames }: TraceOptions,
): TracedFunction<R> {
  const assignments = new Map<VariableCell, Cell>()
  let streams = 0
  const trace: Trace = {
    name,
    assignments,
    get key() {
      return key
    },
    nextStream: () => streams++,
  }
  const enter = (path: string, type: TensorType): Cell => ({
    origin: { kind: 'input', name: path },
    fact: { type },
    trace,
  })
  const key = enter('random_key', tensorType('int64', [2]))
  const inputs = leavesOf(args).map(({ path, tensor }, i) => {
    const own = tensor.cell.fact.type as TensorType // a tensor's
    return enter(inputNames?.[i] ?? inputName(path), typeOf?.(path, tensor) ?? own)
  })
  try {
    const given = rebuild(args, inputs.map(tensorOf)) as never // the form of the arguments
    const result = (fn as (...args: readonly unknown[]) => R)(...(given as readonly unknown[])) // as the caller's types say
    if (result instanceof Promise) {
      throw new SlipwayError(
        'SLP-T2',
        `Cannot compile "${name}": it must give tensors at once, got a promise`,
        {
          remedy: 'Wait for data outside of the function, and hand it in.',
        },
      )
    }
    const outputs = leavesOf(result).map(({ tensor }) => tensor.cell)
    return { name, inputs: [...inputs, key], result, outputs, assignments }
  } finally {
    for (const variable of assignments.keys()) variable.current = undefined
  }
}

/** The path without the number of the argument where there is more to it: `0.x` is x. */
export function inputName(path: string): string {
  const [first, ...rest] = path.split('.')
  return rest.length > 0 ? rest.join('.') : `arg${first}`
}
