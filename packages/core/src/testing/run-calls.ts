/** Runs kernel calls by themselves, on one thread: for tests of kernels, without scheduler and engine. */

import type { DType } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { arrayOf, dataLength, type NumericData, type Tensor, tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import { kernelModule } from '../codegen/kernel-module.ts'
import { type AttributesInit, toAttributes } from '../ir/builder.ts'
import { type Buffer, type Kernel, type KernelCall, kernelCall, type Place } from '../kernel/kernel.ts'
import type { LowerContext, TensorRef } from '../kernel/lower.ts'
import type { Target } from '../kernel/target.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import { inferNode } from '../ops/infer-node.ts'
import { webAssembly } from '../platform/web-assembly.ts'
import { emitNode } from '../schedule/emit-node.ts'

/** Collects calls; what the tensors hold is filled in before they run. */
export interface Recorder {
  readonly context: LowerContext
  readonly calls: readonly KernelCall[]
  /** A tensor with elements, or one to be computed. */
  ref(value: Tensor): TensorRef
  result(dtype: DType, shape: Shape): TensorRef
  /** Runs the calls `times` times and gives the tensors of the refs that were asked for. */
  run(results: readonly TensorRef[], times?: number): Tensor[]
}

const padBytes = 64
export const guardByte = 0xa5

/** A recorder for a target; `threads` is what lowerings are told. */
export function recorder(target: Target, threads = 1): Recorder {
  const calls: KernelCall[] = []
  const contents = new Map<Buffer, Uint8Array>()
  const place = (label: string, sizeBytes: number): Place => ({
    buffer: { label, sizeBytes },
    offsetBytes: 0,
  })
  const filled = (label: string, bytes: Uint8Array): Place => {
    const at = place(label, bytes.length)
    contents.set(at.buffer, bytes)
    return at
  }
  const context: LowerContext = {
    target,
    threads,
    epilogue: undefined,
    temp: place,
    table: (bytes) => filled('table', bytes.slice()),
    call: (kernel, args, tasks, scratchBytes = 0) =>
      void calls.push(kernelCall(kernel, args, tasks, scratchBytes)),
  }
  return {
    context,
    calls,
    ref(value) {
      const data = value.data as NumericData // kernels take no strings
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      const small = elementCount(value.shape) <= 256
      return {
        dtype: value.dtype,
        shape: value.shape,
        at: filled('input', bytes.slice()),
        isConstant: false,
        ...(small && { constant: value }),
      }
    },
    result: (dtype, shape) => ({
      dtype,
      shape,
      at: place('result', dataLength(dtype, shape) * bytesPerElement(dtype)),
      isConstant: false,
    }),
    run: (results, times = 1) => runCalls(calls, contents, target, results, times),
  }
}

const bytesPerElement = (dtype: DType): number => arrayOf(dtype as Exclude<DType, 'string'>).BYTES_PER_ELEMENT // as above

function runCalls(
  calls: readonly KernelCall[],
  contents: ReadonlyMap<Buffer, Uint8Array>,
  target: Target,
  results: readonly TensorRef[],
  times: number,
): Tensor[] {
  const addresses = new Map<Buffer, number>()
  let top = 1024
  const addressOf = (buffer: Buffer): number => {
    const known = addresses.get(buffer)
    if (known !== undefined) return known
    const address = top
    addresses.set(buffer, address)
    top = Math.ceil((top + buffer.sizeBytes + padBytes) / 64) * 64
    return address
  }
  const words = calls.map((call) => wordsOf(call, addressOf))
  for (const { at } of results) addressOf(at.buffer)
  const argsAt = words.map((list) => {
    const at = top
    top += Math.ceil((4 * list.length + 4) / 16) * 16
    return at
  })
  const scratch = Math.ceil(top / 64) * 64
  const scratchBytes = Math.max(0, ...calls.map((call) => call.scratchBytes))
  addresses.set({ label: 'scratch', sizeBytes: scratchBytes }, scratch)
  const bytes = scratch + scratchBytes + padBytes
  const limits = { initialPages: Math.ceil(bytes / 65536), maximumPages: 65536, shared: true }
  const memory = new webAssembly.Memory({ initial: limits.initialPages, maximum: 65536, shared: true })
  const view = new Uint8Array(memory.buffer)
  // Whatever a kernel does not write stays visible.
  view.fill(guardByte, 1024, bytes)
  for (const [buffer, data] of contents) if (addresses.has(buffer)) view.set(data, addresses.get(buffer)!)
  const i32s = new Int32Array(memory.buffer)
  words.forEach((list, i) => void i32s.set(list, argsAt[i]! / 4))
  const kernels = [...new Map(calls.map(({ kernel }) => [kernel.key, kernel])).values()]
  const module = new webAssembly.Module(kernelModule(kernels, target, limits))
  const { exports } = new webAssembly.Instance(module, { env: { memory } })
  const runKernel = ({ key }: Kernel, ...args: readonly number[]) => {
    const i = kernels.findIndex((kernel) => kernel.key === key)
    ;(exports[`k${i}`] as (...args: readonly number[]) => void)(...args) // a kernel
  }
  for (let time = 0; time < times; time++)
    calls.forEach(({ kernel, tasks }, i) => {
      for (let task = 0; task < tasks; task++) runKernel(kernel, argsAt[i]!, task, scratch)
    })
  checkGuards(view, addresses)
  return results.map(({ dtype, shape, at }) => {
    const start = addresses.get(at.buffer)! + at.offsetBytes
    const Data = arrayOf(dtype as Exclude<DType, 'string'>) // kernels take no strings
    const bytesOf = view.slice(start, start + dataLength(dtype, shape) * Data.BYTES_PER_ELEMENT)
    return tensor(dtype, shape, new Data(bytesOf.buffer) as never) // the array of the dtype
  })
}

/** The parameters of a call as they lie in memory. */
function wordsOf({ kernel, args }: KernelCall, addressOf: (buffer: Buffer) => number): number[] {
  return Object.entries(kernel.params).map(([name, kind]) => {
    const value = args[name]
    if (value === undefined) return 0
    if (typeof value === 'number') return kind === 'f32' ? floatBits(value) : value
    return addressOf(value.buffer) + value.offsetBytes
  })
}

/** Nothing may be written behind a buffer. */
function checkGuards(view: Uint8Array, addresses: ReadonlyMap<Buffer, number>): void {
  for (const [{ label, sizeBytes }, address] of addresses) {
    const behind = view.subarray(address + sizeBytes, address + sizeBytes + padBytes)
    const at = behind.findIndex((byte) => byte !== guardByte)
    if (at >= 0) throw new Error(`a kernel wrote ${at} bytes behind the buffer "${label}"`)
  }
}

function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!
}

/**
 * Outputs of one node computed by the `emit` of its operator.
 *
 * @throws SLP-O3 where the operator has none or refuses.
 */
export function runEmit(
  op: AnyOp,
  inputs: readonly (Tensor | undefined)[],
  attrs: AttributesInit = {},
  { target, outputCount = 1, threads = 1 }: { target: Target; outputCount?: number; threads?: number },
): Tensor[] {
  const attributes = toAttributes(attrs)
  const node = {
    name: '',
    domain: op.domain,
    op: op.name,
    inputs: inputs.map((value, i) => (value ? `x${i}` : '')),
    outputs: Array.from({ length: outputCount }, (_, i) => `y${i}`),
    attributes,
  }
  const facts = inputs.map(
    (value) =>
      value && {
        type: { kind: 'tensor' as const, dtype: value.dtype, shape: value.shape },
        ...(elementCount(value.shape) <= 256 && { constant: widen(value) }),
      },
  )
  const outputs = inferNode(op, node, facts, { label: 'test', inferGraph: () => [] })
  const r = recorder(target, threads)
  const refs = inputs.map((value) => value && r.ref(value))
  const results = outputs.map((fact) => {
    if (fact?.type.kind !== 'tensor')
      throw new SlipwayError('SLP-O3', `Cannot run ${op.name}: it gives no tensor`)
    return r.result(fact.type.dtype, fact.type.shape as readonly number[]) // of known inputs
  })
  const refusal = emitNode(
    { op, inputs: refs, outputs: results, attrs: parseAttributes(op.attrs, attributes) },
    r.context,
  )
  if (refusal !== undefined) throw new SlipwayError('SLP-O3', `Cannot run ${op.name}: ${refusal}`)
  return r.run(results)
}
