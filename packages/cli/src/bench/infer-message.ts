/** The few messages of the gRPC protocol that a load generator writes and reads, by their field numbers. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { ModelInput, ModelRef, NamedTensor } from './target.ts'
import { tensorBytes } from './tensor-bytes.ts'

const tag = (field: number) => [field, WireType.LengthDelimited] as const

/** `ModelMetadataRequest`: name 1, version 2. */
export function encodeModelRef({ name, version = '' }: ModelRef): Uint8Array {
  return new BinaryWriter()
    .tag(...tag(1))
    .string(name)
    .tag(...tag(2))
    .string(version)
    .finish()
}

/** `ModelInferRequest`: model_name 1, model_version 2, inputs 5, raw_input_contents 7. */
export function encodeInferRequest(
  { name, version = '' }: ModelRef,
  tensors: readonly NamedTensor[],
): Uint8Array {
  const out = new BinaryWriter()
    .tag(...tag(1))
    .string(name)
    .tag(...tag(2))
    .string(version)
  for (const one of tensors) {
    out.tag(...tag(5)).fork()
    // InferInputTensor: name 1, datatype 2, shape 3 (packed).
    out
      .tag(...tag(1))
      .string(one.name)
      .tag(...tag(2))
      .string(one.datatype)
    out.tag(...tag(3)).fork()
    for (const size of one.tensor.shape) out.int64(size)
    out.join().join()
  }
  for (const { tensor } of tensors) out.tag(...tag(7)).bytes(tensorBytes(tensor))
  return out.finish()
}

/** Calls `read` for each field; fields that it does not read are skipped. */
function eachField(reader: BinaryReader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const [field, wire] = reader.tag()
    if (!read(field)) reader.skip(wire, field)
  }
}

/** The inputs of a `ModelMetadataResponse`: field 4. */
export function decodeInputs(bytes: Uint8Array): ModelInput[] {
  const reader = new BinaryReader(bytes)
  const inputs: ModelInput[] = []
  eachField(reader, reader.len, (field) => {
    if (field !== 4) return false
    inputs.push(decodeInput(reader, reader.uint32() + reader.pos))
    return true
  })
  return inputs
}

/** `TensorMetadata`: name 1, datatype 2, shape 3. */
function decodeInput(reader: BinaryReader, end: number): ModelInput {
  let [name, datatype] = ['', '']
  const shape: number[] = []
  eachField(reader, end, (field) => {
    if (field === 1) name = reader.string()
    else if (field === 2) datatype = reader.string()
    else if (field === 3)
      for (const last = reader.uint32() + reader.pos; reader.pos < last; ) shape.push(Number(reader.int64()))
    else return false
    return true
  })
  return { name, datatype, shape }
}

/** The names in a `RepositoryIndexResponse`: models 1, their name 1. */
export function decodeModelNames(bytes: Uint8Array): string[] {
  const reader = new BinaryReader(bytes)
  const names = new Set<string>()
  eachField(reader, reader.len, (field) => {
    if (field !== 1) return false
    eachField(reader, reader.uint32() + reader.pos, (inner) => {
      if (inner !== 1) return false
      names.add(reader.string())
      return true
    })
    return true
  })
  return [...names]
}

/** The only field of `ServerLiveResponse` and `ServerReadyResponse`. */
export function decodeFlag(bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes)
  let flag = false
  eachField(reader, reader.len, (field) => {
    if (field !== 1) return false
    flag = reader.bool()
    return true
  })
  return flag
}
