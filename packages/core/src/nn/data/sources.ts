/** Where data sets come from: arrays in memory, streams, and tables of text. */
import { SlipwayError } from '../../base/errors.ts'
import { arrayOf, type NumericData, type Tensor, tensor } from '../../base/tensor.ts'
import type { Example } from './collate.ts'
import { type Dataset, dataset, type Examples, examples, skipping } from './dataset.ts'

/** Tensors whose first axis counts examples. */
export type Columns = Readonly<Record<string, Tensor>>

/**
 * Examples of tensors whose first axes are equally long: the i-th example has the i-th part of each.
 *
 * @throws SLP-B1 where the first axes differ.
 * @example
 * const data = fromTensors({ x: await zeros([4, 2]).host(), y: await arange(4).host() })
 * const shapes = []
 * for await (const { x, y } of data.shuffle({ seed: 1 }).batch(2)) shapes.push([x.shape, y.shape])
 * shapes // [[[2, 2], [2]], [[2, 2], [2]]]
 */
export function fromTensors<C extends Columns>(columns: C): Examples<{ readonly [K in keyof C]: Tensor }> {
  const entries = Object.entries(columns)
  const size = entries[0]?.[1].shape[0] ?? 0
  for (const [name, { shape }] of entries) {
    if (shape[0] === size) continue
    throw new SlipwayError(
      'SLP-B1',
      `Cannot make examples: the first axis of "${name}" must be ${size}, got [${shape}]`,
    )
  }
  const at = (index: number) =>
    Object.fromEntries(entries.map(([name, value]) => [name, part(value, index)])) as {
      [K in keyof C]: Tensor
    } // one for each column
  return examples({
    size,
    at,
    *read({ skip = 0 }) {
      for (let i = skip; i < size; i++) yield at(i)
    },
  })
}

/** A view of one element along the first axis. */
function part({ dtype, shape, data }: Tensor, index: number): Tensor {
  const rest = shape.slice(1)
  const count = rest.reduce((product, one) => product * one, 1)
  const own = (data as NumericData).subarray(index * count, (index + 1) * count) // examples are numbers
  return tensor(dtype, rest, own as never) // of the same class
}

/** Elements of an array. */
export function fromArray<T>(list: readonly T[]): Dataset<T> {
  return dataset({ size: list.length, at: (index) => list[index]!, read: ({ skip = 0 }) => list.slice(skip) })
}

/** Examples of an array. */
export function fromExamples<T extends Example>(list: readonly T[]): Examples<T> {
  return examples({
    size: list.length,
    at: (index) => list[index]!,
    read: ({ skip = 0 }) => list.slice(skip),
  })
}

/** Elements of a stream, which `open` begins anew for each pass. */
export function fromStream<T>(
  open: (pass: { readonly epoch: number }) => AsyncIterable<T> | Iterable<T>,
  size?: number,
): Dataset<T> {
  return dataset({ size, read: ({ epoch, skip }) => skipping(open({ epoch }), skip) })
}

/** Examples of a stream. */
export function examplesFromStream<T extends Example>(
  open: (pass: { readonly epoch: number }) => AsyncIterable<T> | Iterable<T>,
  size?: number,
): Examples<T> {
  return examples({ size, read: ({ epoch, skip }) => skipping(open({ epoch }), skip) })
}

/** What stands for the types of idx files, by the third byte of their magic number. */
const idxTypes = { 8: 'uint8', 9: 'int8', 11: 'int16', 12: 'int32', 13: 'float32', 14: 'float64' } as const

/**
 * A tensor of an idx file, the format of MNIST (LeCun et al., yann.lecun.com/exdb/mnist): big-endian numbers behind a
 * magic number and the sizes.
 *
 * @throws SLP-F1 for a file of another format, SLP-F2 for one that ends too early.
 */
export function readIdx(bytes: Uint8Array): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const dtype = bytes.byteLength >= 4 && view.getUint16(0) === 0 ? idxTypes[view.getUint8(2) as 8] : undefined // or none
  if (dtype === undefined)
    throw new SlipwayError('SLP-F1', 'Cannot read idx file: its magic number must name a type, got another')
  const rank = view.getUint8(3)
  const start = 4 + 4 * rank
  if (bytes.byteLength < start) throw tooShort(start, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = shape.reduce((product, size) => product * size, 1)
  const Data = arrayOf(dtype)
  const width = Data.BYTES_PER_ELEMENT
  if (bytes.byteLength < start + count * width) throw tooShort(start + count * width, bytes.byteLength)
  // Not slice(), which makes no copy of a Node Buffer.
  const own = new Uint8Array(bytes.subarray(start, start + count * width))
  // Bytes of each number the other way round, as memory has them.
  if (width > 1) for (let i = 0; i < own.length; i += width) own.subarray(i, i + width).reverse()
  return tensor(dtype, shape, new Data(own.buffer) as never) // the array of the dtype
}

function tooShort(expected: number, got: number): SlipwayError {
  return new SlipwayError('SLP-F2', `Cannot read idx file: it must have ${expected} bytes, got ${got}`)
}

export interface CsvOptions {
  /** `,` unless given. */
  readonly delimiter?: string
  /** Names of the columns; those of the first line unless given. */
  readonly columns?: readonly string[]
}

/**
 * Rows of a table of text as RFC 4180 has it: fields may be quoted, and hold line ends and doubled quotes then.
 *
 * @throws SLP-F1 for a row with another number of fields, or a quote that is not closed.
 */
export function readCsv(
  text: string,
  { delimiter = ',', columns }: CsvOptions = {},
): readonly Readonly<Record<string, string>>[] {
  const rows = splitCsv(text, delimiter)
  const names = columns ?? rows.shift() ?? []
  return rows.map((fields, i) => {
    if (fields.length !== names.length) {
      throw new SlipwayError(
        'SLP-F1',
        `Cannot read table: row ${i + 1} must have ${names.length} fields, got ${fields.length}`,
      )
    }
    return Object.fromEntries(names.map((name, column) => [name, fields[column]!]))
  })
}

function splitCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = []
  let fields: string[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const [field, end] = text[at] === '"' ? quoted(text, at) : plain(text, at, delimiter)
    fields.push(field)
    at = end
    if (text[at] === delimiter) {
      at += 1
      if (at === text.length) fields.push('')
      else continue
    }
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
    rows.push(fields)
    fields = []
  }
  return rows.filter((row) => row.length > 1 || row[0] !== '')
}

function plain(text: string, from: number, delimiter: string): readonly [string, number] {
  let end = from
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1
  return [text.slice(from, end), end]
}

function quoted(text: string, from: number): readonly [string, number] {
  for (let end = from + 1; ; end++) {
    end = text.indexOf('"', end)
    if (end < 0)
      throw new SlipwayError('SLP-F1', 'Cannot read table: a quote must be closed, got the end of the text')
    if (text[end + 1] !== '"') return [text.slice(from + 1, end).replaceAll('""', '"'), end + 1]
    end += 1
  }
}

/** Columns of numbers of a table. Throws SLP-F1 for a field that is none. */
export function numbersOf(
  rows: readonly Readonly<Record<string, string>>[],
  names: readonly string[],
): Tensor<'float32'> {
  const data = new Float32Array(rows.length * names.length)
  rows.forEach((row, i) => {
    names.forEach((name, j) => {
      const value = Number(row[name])
      if (row[name] === undefined || row[name].trim() === '' || Number.isNaN(value)) {
        throw new SlipwayError(
          'SLP-F1',
          `Cannot read table: "${name}" of row ${i + 1} must be a number, got "${row[name] ?? ''}"`,
        )
      }
      data[i * names.length + j] = value
    })
  })
  return tensor('float32', [rows.length, names.length], data)
}
