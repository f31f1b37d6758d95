/** What is measured: models of the table, or products of matrices as models of one node. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readOnnx } from '@slipway/core'
import type { Tensors } from './engines/adapter.ts'
import { countFlops } from './flops.ts'
import { gemmModel } from './gemm.ts'
import { inputsOf } from './inputs.ts'
import { models } from './models.ts'
import type { BenchOptions } from './options.ts'

export interface Subject {
  readonly name: string
  readonly path: string
  readonly sha256: string
  readonly fileBytes: number
  readonly inputs: Tensors
  /** Of one run. */
  readonly flops: number
}

/** One at a time, so that only the inputs of one model are held. */
export function* subjectsOf(options: BenchOptions): Generator<Subject> {
  if (options.gemm) {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-gemm-'))
    for (const shape of options.shapes) {
      const name = shape.join('x')
      const path = join(folder, `${name}.onnx`)
      writeFileSync(path, gemmModel(shape))
      yield subject({ name }, path)
    }
    return
  }
  for (const name of options.models) {
    const model = models.find((candidate) => candidate.name === name)
    if (model) yield subject(model, join(options.modelsDir, model.file))
  }
}

function subject(model: Parameters<typeof inputsOf>[1], path: string): Subject {
  const bytes = readFileSync(path)
  const graph = readOnnx(bytes)
  const inputs = inputsOf(graph, model)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const { name } = model
  return { name, path, sha256, fileBytes: bytes.length, inputs, flops: countFlops(graph, inputs) }
}
