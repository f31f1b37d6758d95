/** Inputs of `slipway run`: `name=@file` by the file's kind, or `name=JSON`. */
import { extname } from 'node:path'
import {
  type InputSpec,
  type InputValue,
  type NestedArray,
  readNpy,
  readValue,
  SlipwayError,
} from '@slipway/core'
import { type Preprocess, readImage } from './image.ts'
import { type ParseJsonOptions, parseJson } from './json.ts'
import { toNested } from './nested.ts'
import { readBytes } from './read-file.ts'

type Reader = (
  bytes: Uint8Array,
  path: string,
  spec: InputSpec,
  preprocess: Preprocess,
) => InputValue | Promise<InputValue>

/** A picture has no dtype of its own: as plain numbers it becomes whatever the input takes. */
const readPicture: Reader = async (bytes, path, { type }, preprocess) => {
  const picture = await readImage(bytes, path, preprocess)
  const converts = type?.kind === 'tensor' && type.dtype !== picture.dtype
  return converts ? (toNested(picture) as NestedArray) : picture // the nested form of a tensor of numbers
}

const jsonOf = ({ type }: InputSpec): ParseJsonOptions => ({
  numbers: !(type?.kind === 'tensor' && type.dtype === 'string'),
})

/** How a file is read, by its extension. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['.npy', (bytes) => readNpy(bytes)],
  ['.pb', (bytes, _path, { type }) => readValue(bytes, type ?? { kind: 'tensor', dtype: 'float32' })],
  ['.json', (bytes, path, spec) => parseJson(new TextDecoder().decode(bytes), path, jsonOf(spec))],
  ['.png', readPicture],
  ['.jpg', readPicture],
  ['.jpeg', readPicture],
])

/** `name=@file` or `name=JSON` as a name and a value. Throws SLP-C1, SLP-C2, SLP-S1. */
export async function readInput(
  text: string,
  specs: readonly InputSpec[],
  preprocess: Preprocess,
): Promise<readonly [string, InputValue]> {
  const at = text.indexOf('=')
  // A model with one input needs no name: `--input @cat.png`.
  const [name, source] =
    at < 0 || text.startsWith('@') ? [specs[0]?.name ?? '', text] : [text.slice(0, at), text.slice(at + 1)]
  const spec = specs.find((one) => one.name === name) ?? { name, type: undefined, required: true }
  if (!source.startsWith('@')) return [name, parseJson(source, '--input', jsonOf(spec))]
  const path = source.slice(1)
  const read = readers.get(extname(path).toLowerCase())
  if (!read) {
    throw new SlipwayError(
      'SLP-C1',
      `Cannot read input "${name}": the file must be one of ${[...readers.keys()].join(', ')}, got "${path}"`,
    )
  }
  return [name, await read(await readBytes(path), path, spec, preprocess)]
}
