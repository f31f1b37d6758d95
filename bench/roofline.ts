/**
 * What one core can do in WebAssembly at most: fused multiply-adds on registers only, in enough independent sums to
 * hide their latency. The module is written by hand, byte by byte, so that it owes nothing to what is measured.
 */
import { setFlagsFromString } from 'node:v8'

export interface Roofline {
  /** False where the machine has no relaxed SIMD, and a multiplication and an addition stand for it. */
  readonly fused: boolean
  /** GFLOP/s of one batch of about five milliseconds. */
  measure(): number
}

/** Twice a latency of four cycles, times the units, and fewer than the sixteen registers. */
const sums = 12
const unrolled = 8

export async function openRoofline(): Promise<Roofline> {
  const relaxed = new Uint8Array(moduleOf(true))
  // Node 20 hides the instructions behind a flag that newer versions do not know.
  if (!WebAssembly.validate(relaxed)) setFlagsFromString('--experimental-wasm-relaxed-simd')
  const fused = WebAssembly.validate(relaxed)
  const { instance } = await WebAssembly.instantiate(fused ? relaxed : new Uint8Array(moduleOf(false)))
  const run = instance.exports['run']
  if (typeof run !== 'function') throw new Error('Cannot measure the roofline: the module must export run')
  const flopsPerStep = sums * unrolled * 4 * 2
  // Calls, not steps, make the engine compile the loop with its optimiser.
  for (let call = 0; call < 3000; call++) run(50)
  let steps = 10_000
  const batch = (): number => {
    const started = performance.now()
    const total: unknown = run(steps)
    const elapsedMs = performance.now() - started
    if (typeof total !== 'number' || !(total > 0))
      throw new Error(`Cannot measure the roofline: got ${total}`)
    if (elapsedMs < 5) steps = Math.ceil(steps * Math.min(10, 5.5 / Math.max(elapsedMs, 0.1)))
    return (steps * flopsPerStep) / elapsedMs / 1e6
  }
  for (let warm = 0; warm < 5; warm++) batch()
  return { fused, measure: batch }
}

const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body]
const v128 = 0x7b
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]

function moduleOf(fused: boolean): number[] {
  const body = functionBody(fused)
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, ...new TextEncoder().encode('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]
}

/** Local 0 counts down, 1 and 2 are the factors, and the sums lie behind them. */
function functionBody(fused: boolean): number[] {
  const [get, set] = [0x20, 0x21]
  const sum = (index: number) => 3 + (index % sums)
  const small = [0x43, 0x6f, 0x12, 0x83, 0x3a]
  const factors = [1, 2].flatMap((local) => [...small, ...simd(0x13), set, local])
  const step = (index: number) =>
    fused
      ? [get, 1, get, 2, get, sum(index), ...simd(0x105), set, sum(index)]
      : [get, sum(index), get, 1, ...simd(0xe6), get, 2, ...simd(0xe4), set, sum(index)]
  const steps = Array.from({ length: sums * unrolled }, (_, i) => step(i)).flat()
  const loop = [0x03, 0x40, ...steps, get, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b]
  const total = Array.from({ length: sums }, (_, i) => [get, sum(i), ...(i > 0 ? simd(0xe4) : [])]).flat()
  return [1, 2 + sums, v128, ...factors, ...loop, ...total, ...simd(0x1f), 0, 0x0b]
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}
