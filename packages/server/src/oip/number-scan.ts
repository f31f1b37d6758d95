/** Reads JSON arrays of numbers from bytes straight into values, without text and without a list between. */
import { webAssembly } from '@slipway/core/wasm'
import { expected, layout, numberScanModule, outcome } from './number-scan-code.ts'

export type NumberList = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

export interface ScannedNumbers {
  readonly values: NumberList
  /** Behind the closing bracket. */
  readonly end: number
}

export interface ScanOptions {
  /** float32 values are those that the nearest float64 values round to. */
  readonly dtype: 'float32' | 'float64'
  /** Whether integers beyond 2^53 may be rounded. */
  readonly rounds: boolean
  /** How many there will be, as far as known. */
  readonly count: number
  /** Brackets that may be open within the array, its own included. */
  readonly depth: number
}

type Scan = (
  from: number,
  to: number,
  output: number,
  next: number,
  depth: number,
  mostDepth: number,
) => number

/** Characters behind the last ones that a scan may look at. */
const padding = 72
const zero = 48
/** A claim beyond this is believed once as many numbers have come: a small request shall not cost much memory. */
const trusted = 4096

/** Its memory carries nothing from one array to the next: each begins with writing what it reads. */
const scanner = openScanner()

function openScanner() {
  const { exports } = new webAssembly.Instance(new webAssembly.Module(numberScanModule()))
  const { buffer } = exports['memory'] as { readonly buffer: ArrayBuffer } // the module's own, not shared
  return {
    float32: { scan: exports['scan32'] as Scan, output: new Float32Array(buffer, layout.output) }, // of the module
    float64: { scan: exports['scan64'] as Scan, output: new Float64Array(buffer, layout.output) }, // of the module
    cells: new Int32Array(buffer, layout.cells, 5),
    input: new Uint8Array(buffer, layout.input),
  }
}

/**
 * The numbers of the array that begins at `bytes[start]`, in row-major order whatever the nesting. Undefined for what is
 * not an array of numbers alone, is nested too deep, or has numbers that the values cannot hold.
 */
export function scanNumbers(
  bytes: Uint8Array,
  start: number,
  { dtype, rounds, count, depth: mostDepth }: ScanOptions,
): ScannedNumbers | undefined {
  const { scan, output } = scanner[dtype]
  const out = growingValues(dtype, Math.min(count, (bytes.length - start) >> 1))
  let window = fillWindow(bytes, start + 1)
  let from: number = layout.input
  let next: number = expected.first
  let depth = 1
  for (;;) {
    const why = scan(from, window.to, layout.output, next, depth, mostDepth)
    const stopped = readCells()
    out.add(output.subarray(0, (stopped.output - layout.output) / output.BYTES_PER_ELEMENT))
    if (why === outcome.refused) return undefined
    if (why === outcome.closed) return { values: out.end(), end: stopped.start + window.offset }
    ;({ next, depth } = stopped)
    if (why === outcome.token) {
      const token = bytes.subarray(stopped.start + window.offset, stopped.end + window.offset)
      const value = numberOf(token, dtype, rounds)
      if (value === undefined) return undefined
      out.add([value])
      from = stopped.end
      next = expected.separator
    } else {
      if (window.isLast || stopped.start === layout.input) return undefined
      window = fillWindow(bytes, stopped.start + window.offset)
      from = layout.input
    }
  }
}

/** Copies the bytes from `at` on, as many as there is room for. */
function fillWindow(bytes: Uint8Array, at: number) {
  const stop = Math.min(bytes.length, at + layout.inputBytes)
  scanner.input.set(bytes.subarray(at, stop))
  // Whatever was there before could end a number.
  scanner.input.fill(zero, stop - at, stop - at + padding)
  return { to: layout.input + stop - at, offset: at - layout.input, isLast: stop === bytes.length }
}

/** What the last scan left; by index, for the iterator takes longer than the numbers of a short array. */
function readCells() {
  const { cells } = scanner
  return { start: cells[0]!, end: cells[1]!, output: cells[2]!, next: cells[3]!, depth: cells[4]! }
}

const numeral = /^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/
const words: ReadonlyMap<string, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
)

/** The number that a token is; undefined where it is none, or beyond what the values hold. */
function numberOf(token: Uint8Array, dtype: ScanOptions['dtype'], rounds: boolean): number | undefined {
  const text = latin1(token)
  const parts = numeral.exec(text)
  if (!parts) return words.get(text)
  const value = Number(text)
  if (!Number.isFinite(dtype === 'float32' ? Math.fround(value) : value)) return undefined
  const isInteger = parts[1] === undefined && parts[2] === undefined
  return isInteger && !rounds && !Number.isSafeInteger(value) ? undefined : value
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1')
}

/** Values with room at first for what little may come, then for the `count` that is claimed, then for twice as many. */
function growingValues(dtype: ScanOptions['dtype'], count: number) {
  const make = (length: number) => (dtype === 'float32' ? new Float32Array(length) : new Float64Array(length))
  let values = make(count <= trusted ? Math.max(count, 0) : trusted)
  let length = 0
  return {
    add(more: ArrayLike<number>) {
      const least = length + more.length
      if (least > values.length) {
        const larger = make(least <= count ? count : 2 * least)
        larger.set(values)
        values = larger
      }
      values.set(more, length)
      length = least
    },
    end: () => (length === values.length ? values : values.slice(0, length)),
  }
}
